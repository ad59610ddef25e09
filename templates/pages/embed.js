// A campaign's form on another site. When anything fails, the link before the script stays.
(() => {
  const script = document.currentScript;
  const { campaign, language, key } = script.dataset;
  const { origin } = new URL(script.src);
  const link = script.previousElementSibling;

  const wire = (form, words) => {
    const say = form.querySelector('[role=alert]');
    const button = form.querySelector('button');
    const controls = [...form.querySelectorAll('input, textarea')];
    let last, id;
    form.onsubmit = async (event) => {
      event.preventDefault();
      const input = { language, consents: {} };
      for (const control of controls) {
        const consent = control.dataset.consent;
        if (!consent) input[control.name] = control.value;
        else if (control.checked) input.consents[consent] = control.value;
        control.removeAttribute('aria-invalid');
        form.querySelector(`#${control.id}-error`).textContent = '';
      }
      const body = JSON.stringify(input);
      if (body !== last) id = crypto.getRandomValues(new Uint32Array(4)).join('-');
      last = body;
      button.disabled = true;
      const answer = await fetch(`${origin}/v1/campaigns/${campaign}/signatures`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
        body,
      }).catch(() => new Response('{}', { status: 503 }));
      button.disabled = false;
      const said = await answer.json().catch(() => ({}));
      if (answer.status === 202) {
        const thanks = form.nextElementSibling;
        thanks.querySelector('a').href = said.receipt_url;
        form.hidden = true;
        thanks.hidden = false;
        return thanks.focus();
      }
      let first;
      for (const { field } of said.errors ?? []) {
        const control = controls.find((each) => each.name === field);
        if (!control) continue;
        const consent = control.dataset.consent && (control.checked ? 'consent-changed' : 'consent');
        form.querySelector(`#${control.id}-error`).textContent = words[consent || field];
        control.setAttribute('aria-invalid', 'true');
        first ??= control;
      }
      const minutes = Math.ceil((answer.headers.get('retry-after') ?? 3600) / 60);
      const reason = { 429: 'limit', 503: 'busy' }[answer.status] ?? (first ? 'title' : 'other');
      say.textContent = words[reason].replace('{{minutes}}', minutes);
      first?.focus();
    };
  };

  if (!key) return;
  fetch(`${origin}/actions/${campaign}/${language}/form.json`)
    .then((answer) => answer.json())
    .then(({ html, css, words }) => {
      const host = document.createElement('div');
      const root = host.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
      root.innerHTML = html;
      wire(root.querySelector('form'), words);
      script.after(host);
      if (link?.matches('a')) link.hidden = true;
    })
    .catch(() => {});
})();
