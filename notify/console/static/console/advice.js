// Shows the advice that fits the service chosen. What is hidden is not handed in: a disabled fieldset never is.
const groups = document.querySelectorAll("[data-advice]");
const services = document.querySelectorAll('input[name="service"]');

function fit() {
  const chosen = document.querySelector('input[name="service"]:checked')?.value;
  for (const group of groups) {
    const fits = group.dataset.advice.split(" ").includes(chosen);
    group.hidden = group.disabled = !fits;
  }
}

if (services.length) {
  for (const service of services) service.addEventListener("change", fit);
  fit();
}
