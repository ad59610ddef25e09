// Fetches the page again when something changed and puts in the regions that are marked with data-live. Without it,
// every page works as it is and has a link to load it again.
'use strict';
{
  let wanted = new Set();
  let fetching = false;
  let stream;

  /** Told to who does not see the page, when a region says that its state is another; numbers alone are not. */
  function tell(region, next) {
    const said = document.getElementById('said');
    if (said && next.dataset.state !== region.dataset.state)
      said.textContent = (next.querySelector('.state') ?? next).textContent.trim();
  }

  const regions = () => [...document.querySelectorAll('[data-live][id]')];
  const follows = (topics) => (region) =>
    topics.has('all') || region.dataset.live.split(' ').some((topic) => topics.has(topic));
  /** What somebody is typing in is left alone. */
  const busy = (region) =>
    region.contains(document.activeElement) && document.activeElement.matches('input, textarea, select');

  /** What somebody has unfolded stays unfolded, as long as it stands in its place. */
  function keepOpen(region, next) {
    const fresh = [...next.querySelectorAll('details')];
    for (const [place, old] of region.querySelectorAll('details').entries())
      if (old.open && fresh[place]?.firstElementChild?.textContent === old.firstElementChild?.textContent)
        fresh[place].open = true;
  }

  async function refresh() {
    if (fetching || !regions().some(follows(wanted))) return;
    fetching = true;
    const topics = wanted;
    wanted = new Set();
    try {
      const answer = await fetch(location.href, { headers: { 'x-todoke-live': '1' } });
      // Signed out meanwhile: show it.
      if (answer.redirected) return location.reload();
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const region of regions().filter(follows(topics))) {
        const next = fresh.getElementById(region.id);
        if (next) keepOpen(region, next);
        if (!next || busy(region) || next.innerHTML === region.innerHTML) continue;
        tell(region, next);
        region.replaceWith(document.adoptNode(next));
      }
    } catch {
      // The next change asks again.
    } finally {
      setTimeout(() => {
        fetching = false;
        void refresh();
      }, 1000);
    }
  }

  function changed(topic) {
    wanted.add(topic);
    void refresh();
  }

  const mark = (state) => (document.documentElement.dataset.stream = state);

  function listen() {
    stream?.close();
    if (document.hidden || regions().length === 0) return;
    stream = new EventSource('/console/events');
    stream.addEventListener('open', () => mark('open'));
    stream.addEventListener('error', () => {
      mark('lost');
      // Not asked for again by itself: the session may be over.
      if (stream.readyState === EventSource.CLOSED) changed('all');
    });
    stream.addEventListener('change', ({ data }) => changed(data));
  }

  // A hidden tab gives its connection back: a browser has six for each host.
  document.addEventListener('visibilitychange', () => {
    listen();
    if (!document.hidden) changed('all');
  });
  listen();
}

// A preview follows what is typed: the form is sent into its frame, as the button beside it does.
for (const form of document.querySelectorAll('form[data-preview]')) {
  const button = form.querySelector('[data-preview-button]');
  let timer;
  form.addEventListener('input', ({ target }) => {
    if (target.name === 'note' || target.name === 'small') return;
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(button), 700);
  });
}
