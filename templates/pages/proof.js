// Does the work that keeps floods away. The form asks a question instead, where this does not run.
const form = document.querySelector('form[data-challenge]');
const question = document.getElementById('question');
const wait = document.getElementById('proof-wait');
let work;

async function solve() {
  const challenge = JSON.parse(form.dataset.challenge);
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const start = bytes(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: cost };
  for (let counter = 0; ; counter += 1) {
    new DataView(password.buffer).setUint32(start.length, counter);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const bits = new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8));
    const derivedKey = Array.from(bits, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (!derivedKey.startsWith(keyPrefix)) continue;
    form.elements.proof.value = JSON.stringify({ challenge, counter, derivedKey });
    return;
  }
}

function begin() {
  work ??= solve().catch(() => (question.hidden = false));
  return work;
}

if (form && globalThis.crypto?.subtle) {
  question.hidden = true;
  form.addEventListener('focusin', begin, { once: true });
  form.addEventListener('submit', (event) => {
    if (form.elements.proof.value || !question.hidden) return;
    event.preventDefault();
    wait.hidden = false;
    void begin().then(() => {
      wait.hidden = true;
      if (form.elements.proof.value) form.submit();
    });
  });
}
