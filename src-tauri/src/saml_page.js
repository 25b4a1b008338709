// Runs in a world of its own before the provider's scripts: they share the document with it, and nothing else. So no
// script of the page can see, call or replace anything here, and only what this world sends is heard.
(() => {
  const hand = window.webkit.messageHandlers.hatrack;
  let by = null;
  // A button may send its form elsewhere than the form says.
  addEventListener('submit', (event) => (by = event.submitter), true);
  // Made for every form that is sent: by a person, by a button, or by the page's own `form.submit()`.
  addEventListener(
    'formdata',
    (event) => {
      const response = event.formData.get('SAMLResponse');
      const action = by?.getAttribute('formaction') ?? event.target.getAttribute('action') ?? '';
      by = null;
      if (typeof response === 'string') hand.postMessage(JSON.stringify([new URL(action, document.baseURI).href, response]));
    },
    true
  );
})();
