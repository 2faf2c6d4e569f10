// Small comforts on top of pages that work without them: copying, showing a password, one submission at a time.
// Listens on the document, so that what htmx adds later behaves the same. Evaluates nothing, writes no styles.
(() => {
  "use strict";

  const root = document.documentElement;
  // Controls of class "needs-script" are not there until this line has run.
  root.classList.add("js");

  const closest = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  /** Says a sentence to screen readers. */
  function announce(text) {
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = text;
  }

  // Copying.
  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    const text = "value" in source ? source.value : source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No permission, or not a secure context: leave the value selected, so that the keyboard can copy it.
      if ("select" in source) source.select();
      else getSelection()?.selectAllChildren(source);
      return;
    }
    button.dataset.done = "";
    announce(button.dataset.copied);
    setTimeout(() => delete button.dataset.done, 2000);
  }

  function togglePassword(button) {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    if (!input) return;
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  }

  function dismiss(button) {
    const notice = button.closest(".notice");
    const main = document.getElementById("main");
    notice?.remove();
    main?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const copying = closest(event, "[data-copy]");
    if (copying) void copy(copying);
    const toggling = closest(event, "[data-show-password]");
    if (toggling) togglePassword(toggling);
    // Where the browser does not know invoker commands, the page asks the question instead of the dialog.
    const asking = closest(event, "[command][data-page]");
    if (asking && !("commandForElement" in HTMLButtonElement.prototype))
      location.assign(asking.dataset.page);
    const dismissing = closest(event, "[data-dismiss]");
    if (dismissing) dismiss(dismissing);
    for (const menu of document.querySelectorAll("details[data-menu][open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu =
      closest(event, "details[data-menu][open]") ??
      document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });

  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  // One submission at a time. htmx keeps its own forms (hx-sync), and forms that close a dialog send nothing.
  const viaHtmx = (form) => form.hasAttribute("hx-post") || form.hasAttribute("hx-get");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-once]") || viaHtmx(form)) return;
    if ("busy" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.busy = "";
    form.setAttribute("aria-busy", "true");
  });

  function release() {
    for (const form of document.querySelectorAll("form[data-busy]")) {
      delete form.dataset.busy;
      form.removeAttribute("aria-busy");
    }
  }
  // The page may come back from the browser's memory with the mark still on.
  addEventListener("pageshow", (event) => {
    if (event.persisted) release();
  });

  // A form whose password is shown goes out as a password again, so that browsers do not keep it as ordinary text.
  document.addEventListener("submit", (event) => {
    for (const button of event.target.querySelectorAll("[data-show-password][aria-pressed='true']"))
      togglePassword(button);
  });

  function focusFirstProblem(within) {
    const field = within.querySelector("[aria-invalid='true'], .radios[data-bad] input");
    if (field && (document.activeElement === document.body || document.activeElement === null))
      field.focus();
  }

  // The time zone of somebody who never chose one. The next page shows it; without an answer nothing is lost.
  function sayZone(form) {
    form.elements.timeZone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
    const body = new URLSearchParams(new FormData(form));
    if (body.get("timeZone") === "UTC") return;
    const sending = { method: "POST", body, redirect: "manual", keepalive: true };
    void fetch(form.action, sending).catch(() => undefined);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const zoneForm = document.querySelector("form[data-browser-zone]");
    if (zoneForm) sayZone(zoneForm);
    focusFirstProblem(document);
    document.querySelector("form[data-auto-submit]")?.requestSubmit();
    for (const form of document.querySelectorAll("form[data-into-frame]")) form.submit();
    // Taking this page's place, so that "back" leads to the one before and not here again.
    const onward = document.querySelector("a[data-auto-follow]");
    if (onward) location.replace(onward.href);
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target;
    const region = target?.id ? document.getElementById(target.id) : null;
    if (region?.dataset.announce) announce(region.dataset.announce);
    if (region) focusFirstProblem(region);
  });
})();
