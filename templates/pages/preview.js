// Shows what is being typed in the letter beside the form. Every page does its work without this.
for (const field of document.querySelectorAll('#name, #message')) {
  const slots = document.querySelectorAll(`[data-shows="${field.id}"]`);
  const show = () => {
    const typed = field.value.trim();
    for (const slot of slots) {
      slot.textContent = typed || slot.dataset.empty;
      slot.classList.toggle('filled', typed !== '');
    }
  };
  field.addEventListener('input', show);
  // A browser that goes back fills in what was typed before.
  addEventListener('pageshow', show);
}
