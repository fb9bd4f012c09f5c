"""matdiff behind protocols of other programs: assistants ask by MCP, editors by LSP."""
