// Turns the wall's scenes over, quietly, without anybody touching anything.

const EVERY = 20000;

export function begin() {
  const scenes = [...document.querySelectorAll("[data-scene]")];
  const steps = [...document.querySelectorAll("[data-step]")];
  const asked = Number(new URL(location.href).searchParams.get("scene") ?? 0);
  let at = Number.isInteger(asked) ? asked % scenes.length : 0;
  const show = () => {
    scenes.forEach((scene, i) => scene.toggleAttribute("data-on", i === at));
    steps.forEach((step, i) => step.toggleAttribute("data-on", i === at));
  };
  show();
  setInterval(() => {
    at = (at + 1) % scenes.length;
    show();
  }, EVERY);
}
