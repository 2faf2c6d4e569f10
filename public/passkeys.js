// Passkeys in the browser, over forms that carry the answer. Listens on the document, so that what htmx adds later behaves the same.
// Without this file, or in a browser that knows no passkeys, forms work by their other fields.
//
//   <form method="post" action="/sign-in/passkey">
//     <div data-passkey="autofill" data-passkey-from="/sign-in/passkey/options">
//       <input type="hidden" name="response" data-passkey-answer>
//     </div>
//   </form>
//
// data-passkey          What the element around asks for. "get": a button in it uses a passkey; "create": a button in it makes one;
//                       "autofill": passkeys are offered among what the browser fills into a field that says
//                       autocomplete="username webauthn" anywhere on the page, from the moment the element is there.
// data-passkey-from     Where options come from: POST, Accept: application/json, answered by { "options": { … } } and a cookie. Asked anew
//                       for every try, since a challenge is good for one.
// data-passkey-options  Or the options themselves, as JSON (a registration that the page has begun). They serve until one answer is sent.
// data-passkey-needed   Without passkeys the page is of no use: a browser that knows none is told so. Else the element is hidden there.
// data-passkey-answer   On the hidden field that takes the answer as JSON text. Then the form around it is sent, unvalidated.
// data-passkey-notice   On <template>s in it, by what went wrong: unsupported, cancelled, present (made before), failed. The one that fits
//                       is put into #notices; in it, data-passkey-retry is a button that tries again. A refusal of the server (too many
//                       tries) takes the place of the text of "failed".
//
// A waiting autofill ends before a button asks: browsers answer one question at a time. It comes back when the button came to nothing.
(() => {
  "use strict";

  const script = document.currentScript;
  const isKnown = () => typeof window.PublicKeyCredential === "function";
  /** A challenge is good for five minutes; a page that lies open longer gets another. */
  const refreshMs = 4 * 60 * 1000;

  let library = null;
  /** The library for the ceremonies, loaded when the first one is near. The nonce lets it pass the content security policy. */
  function load() {
    library ??= new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.nonce = script.nonce;
      element.src = script.dataset.library;
      element.addEventListener("load", () => resolve(window.SimpleWebAuthnBrowser));
      element.addEventListener("error", () => {
        library = null;
        reject(new Refusal(""));
      });
      document.head.append(element);
    });
    return library;
  }

  /** What the server said instead of giving options; an empty sentence when it was not reached. */
  class Refusal extends Error {}

  async function optionsOf(place) {
    if (place.dataset.passkeyOptions) return JSON.parse(place.dataset.passkeyOptions);
    let answer;
    try {
      answer = await fetch(place.dataset.passkeyFrom, {
        method: "POST",
        headers: { accept: "application/json" },
      });
    } catch {
      throw new Refusal("");
    }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refusal(body.errors?.[""] ?? body.title ?? "");
    return body.options;
  }

  /** Puts the answer into the form and sends it, as if a button of the form had been pressed. */
  function send(place, answer) {
    const field = place.querySelector("[data-passkey-answer]");
    if (!place.isConnected || !field?.form) return;
    field.value = JSON.stringify(answer);
    field.form.noValidate = true;
    field.form.requestSubmit();
  }

  // What went wrong, in the page's notice region.
  let asked = null;

  function say(place, name, sentence = "") {
    const template = place.querySelector(`template[data-passkey-notice="${name}"]`);
    const region = document.getElementById("notices");
    if (!template || !region) return;
    const notice = template.content.cloneNode(true);
    const text = notice.querySelector(".notice-text");
    if (sentence !== "" && text) text.textContent = sentence;
    region.replaceChildren(notice);
    region.scrollIntoView({ block: "nearest" });
    region.querySelector("[data-passkey-retry]")?.focus({ preventScroll: true });
  }

  function sayWhy(place, error) {
    if (error instanceof Refusal) return say(place, "failed", error.message);
    if (error?.name === "InvalidStateError") return say(place, "present");
    // Closed, timed out, nothing there: browsers do not tell which, so that pages learn nothing about what a device holds.
    if (["NotAllowedError", "AbortError"].includes(error?.name)) return say(place, "cancelled");
    return say(place, "failed");
  }

  /** A button was pressed. */
  async function ask(place) {
    if ("busy" in place.dataset) return;
    asked = place;
    if (!isKnown()) return say(place, "unsupported");
    place.dataset.busy = "";
    place.setAttribute("aria-busy", "true");
    document.getElementById("notices")?.replaceChildren();
    try {
      const webauthn = await load();
      stopWaiting(webauthn);
      const optionsJSON = await optionsOf(place);
      const answer =
        place.dataset.passkey === "create"
          ? await webauthn.startRegistration({ optionsJSON })
          : await webauthn.startAuthentication({ optionsJSON });
      send(place, answer);
    } catch (error) {
      sayWhy(place, error);
      void wait();
    } finally {
      delete place.dataset.busy;
      place.removeAttribute("aria-busy");
    }
  }

  // Autofill: one request waits, for the element that is on the page now.
  let waiting = null;

  function stopWaiting(webauthn) {
    if (!waiting) return;
    clearTimeout(waiting.timer);
    waiting = null;
    webauthn.WebAuthnAbortService.cancelCeremony();
  }

  const isAsking = () => document.querySelector("[data-passkey][data-busy]") !== null;

  async function wait() {
    const place = document.querySelector('[data-passkey="autofill"]');
    if (!place || !isKnown() || document.hidden || isAsking() || waiting?.place === place) return;
    const own = { place, timer: 0 };
    waiting = own;
    try {
      const webauthn = await load();
      if (!(await webauthn.browserSupportsWebAuthnAutofill()) || waiting !== own) return;
      const optionsJSON = await optionsOf(place);
      if (waiting !== own) return;
      own.timer = setTimeout(() => {
        if (waiting !== own) return;
        stopWaiting(webauthn);
        void wait();
      }, refreshMs);
      const answer = await webauthn.startAuthentication({ optionsJSON, useBrowserAutofill: true });
      if (waiting !== own) return;
      clearTimeout(own.timer);
      waiting = null;
      send(place, answer);
    } catch {
      // Nobody asked for anything yet: the page's other ways are there, and an answer that is refused is told by the server.
      clearTimeout(own.timer);
    }
  }

  // Where there are no passkeys, what needs one says so, and the rest is not there.
  function arrange() {
    if (!isKnown()) {
      for (const place of document.querySelectorAll("[data-passkey]")) {
        if ("passkeyNeeded" in place.dataset) say(place, "unsupported");
        place.hidden = true;
      }
      return;
    }
    void wait();
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("[data-passkey] button");
    const place = button?.closest("[data-passkey]");
    if (place) void ask(place);
    if (event.target.closest("[data-passkey-retry]") && asked?.isConnected) void ask(asked);
  });
  document.addEventListener("visibilitychange", () => void wait());
  document.addEventListener("htmx:after:swap", arrange);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", arrange);
  else arrange();
})();
