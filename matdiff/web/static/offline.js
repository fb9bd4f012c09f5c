// Keeps the files of the page in the browser, so that it opens without a network; the build names them.

const FILES = [];
const VERSION = "";

self.addEventListener("install", (event) => event.waitUntil((async () => {
  await (await caches.open(VERSION)).addAll(FILES);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("matdiff") && name !== VERSION) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET")
    event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((kept) => kept || fetch(event.request)));
});
