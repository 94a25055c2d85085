requestAnimationFrame(() => setTimeout(() => performance.mark('drawn')));
