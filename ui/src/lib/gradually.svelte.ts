// Long lists that stand on a page as a whole.

/** The items, few at first and more with each frame, so that the page never stands still to draw them all. */
export function gradually<T>(items: () => readonly T[], step = 25): { readonly shown: readonly T[] } {
  let many = $state(step);
  $effect(() => {
    if (many >= items().length) return;
    const later = setTimeout(() => (many += step), 16);
    return () => clearTimeout(later);
  });
  return {
    get shown() {
      const all = items();
      return many >= all.length ? all : all.slice(0, many);
    },
  };
}
