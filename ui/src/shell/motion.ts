const still = typeof matchMedia === 'function' ? matchMedia('(prefers-reduced-motion: reduce)') : null;

/** A duration in milliseconds, none for people who asked for less motion. */
export const motion = (ms: number) => (still?.matches ? 0 : ms);
