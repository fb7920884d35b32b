// Takes the session number and starts the client with it. The number never enters a request: there is no form, and
// `remotedesk:` is handed to the operating system by the browser.
"use strict";

const TOTAL_DIGITS = 12;
// H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

function fits(digits) {
  let interim = 0;
  for (const digit of digits) interim = Number(DAMM[interim][Number(digit)]);
  return interim === 0;
}

// Full-width digits count; spaces and every kind of hyphen are passed over, the long vowel mark included, which a
// Japanese keyboard gives for a hyphen. Returns null for any other character.
function digitsOf(text) {
  const bare = text.replace(/[\s\p{Pd}−ー‐ｰ]/gu, "").normalize("NFKC");
  return /^[0-9]*$/.test(bare) ? bare : null;
}

function grouped(digits) {
  return (digits.match(/.{1,4}/g) || []).join(" ");
}

const entry = document.getElementById("entry");
const field = document.getElementById("number");
const message = document.getElementById("message");
const started = document.getElementById("started");

function problem() {
  const digits = digitsOf(field.value);
  if (digits === null) return entry.dataset.character;
  if (digits.length < TOTAL_DIGITS) return entry.dataset.incomplete;
  return digits.length === TOTAL_DIGITS && fits(digits) ? "" : entry.dataset.mistyped;
}

function show(text) {
  message.textContent = text;
  field.setAttribute("aria-invalid", String(text !== ""));
}

// Regroup while typing, with the caret behind the same digit as before.
function regroup() {
  const digits = digitsOf(field.value);
  if (digits === null) return;
  const before = digitsOf(field.value.slice(0, field.selectionStart)).length;
  const atEnd = field.selectionStart === field.value.length;
  const text = grouped(digits);
  if (text === field.value) return;
  field.value = text;
  const caret = atEnd ? text.length : before + Math.max(0, Math.floor((before - 1) / 4));
  field.setSelectionRange(caret, caret);
}

function typed(event) {
  if (event.isComposing) return;
  regroup();
  const digits = digitsOf(field.value);
  const early = digits !== null && digits.length < TOTAL_DIGITS;
  show(early ? "" : problem());
}

function start() {
  const text = problem();
  show(text);
  if (text) {
    field.focus();
    return;
  }
  const url = "remotedesk:" + digitsOf(field.value);
  started.hidden = false;
  document.getElementById("started-heading").focus();
  location.href = url;
}

function again() {
  started.hidden = true;
  field.value = "";
  show("");
  field.focus();
}

field.addEventListener("input", typed);
field.addEventListener("compositionend", typed);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) start();
});
document.getElementById("start").addEventListener("click", start);
document.getElementById("again").addEventListener("click", again);
// A page brought back from the history shows no number.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) again();
});
// Not by `autofocus`, which comes after the first rendering and lets the first digits go astray.
field.focus();
