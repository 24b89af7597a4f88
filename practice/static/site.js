// Every page works without this file. It only makes four things kinder.
"use strict";

// 1. A form that came back with errors: say so at once, where a screen reader will hear it.
document.querySelector(".error-summary")?.focus();

// 2. "Leave this page quickly" also takes this page out of the back button's reach.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-leave]");
  if (!link) return;
  event.preventDefault();
  location.replace(link.href);
});

// 3. A second press on a button that is already sending does nothing. The bfcache brings pages
//    back with their memory, so coming back clears it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.ariaBusy === "true") event.preventDefault();
  form.ariaBusy = "true";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.ariaBusy = null;
});

// 4. How long a time is still held, in words. Counted from the moment the page was made, because
//    a phone's own clock may be wrong.
for (const held of document.querySelectorAll(".held[data-seconds]")) {
  const left = held.querySelector(".held-left");
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  const tick = setInterval(() => {
    const seconds = held.dataset.seconds - performance.now() / 1000;
    if (seconds > 0) {
      left.textContent = seconds > 90
        ? words.format(Math.ceil(seconds / 60), "minute")
        : words.format(Math.ceil(seconds / 15) * 15, "second");
    } else {
      clearInterval(tick);
      held.querySelector(".held-running").hidden = true;
      held.querySelector(".held-over").hidden = false;
    }
  }, 5000);
}

// A link to something inside closed details (a source, an answer) opens them.
const open = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details")?.setAttribute("open", "");
addEventListener("hashchange", open);
open();
