"use strict";

// Swagger UI's own dark look hangs on this class; which look to have is the reader's system's to say.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// What Swagger UI draws in a way that not everybody can use, drawn otherwise: a link inside a button
// (the button opens the same), and a heading left out between the page's and each group's.
const forEverybody = ({ React }) => ({
  wrapComponents: {
    DeepLink: () => ({ text }) => text,
    // Every error has the same document: drawn out for each of ten, nobody finds the one that they look for.
    response: (Response, { getComponent }) => (props) =>
      /^[45]/.test(props.code)
        ? React.createElement(
            "tr",
            { className: "response" },
            React.createElement("td", { className: "response-col_status" }, props.code),
            React.createElement(
              "td",
              { className: "response-col_description", colSpan: 2 },
              React.createElement(getComponent("Markdown", true), { source: props.response.get("description") }),
            ),
          )
        : React.createElement(Response, props),
    operations: (Operations) => (props) =>
      React.createElement(
        React.Fragment,
        null,
        React.createElement("h2", { className: "operations-heading" }, "Operations"),
        React.createElement(Operations, props),
      ),
  },
});

// Its page has a part for what can be done, and none for what stands above that.
const nameTheParts = () => {
  document.querySelector(".information-container").setAttribute("role", "banner");
  const access = document.querySelector(".scheme-container");
  access?.setAttribute("role", "region");
  access?.setAttribute("aria-label", "Authorization");
};

// What opens later: choices and bodies without a name, and examples that scroll and that no key reaches.
const docs = document.getElementById("docs");
new MutationObserver(() => {
  for (const choice of docs.querySelectorAll("[data-param-name] select:not([aria-label])")) {
    choice.setAttribute("aria-label", choice.closest("[data-param-name]").dataset.paramName);
  }
  for (const body of docs.querySelectorAll("textarea.body-param__text:not([aria-label])")) {
    body.setAttribute("aria-label", "Request body");
  }
  for (const example of docs.querySelectorAll(".microlight:not([tabindex])")) {
    example.tabIndex = 0;
  }
}).observe(docs, { childList: true, subtree: true });

// A key that somebody types here stays in this page's memory and is gone with it.
SwaggerUIBundle({
  url: docs.dataset.schema,
  dom_id: "#docs",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  plugins: [forEverybody],
  onComplete: nameTheParts,
});
