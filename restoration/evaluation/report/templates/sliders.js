// Cards with two pictures of a photograph over each other and an edge to move between them.
"use strict";
const galleries = JSON.parse(document.getElementById("galleries").textContent);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function chooser(label, names, chosen, show) {
  const select = element("select", {"aria-label": label}, ...names.map(name => element("option", {}, name)));
  select.value = names.includes(chosen) ? chosen : names[0];
  select.addEventListener("change", () => show(select.value));
  show(select.value);
  return select;
}

function card(entry, left, right) {
  const names = Object.keys(entry.pictures);
  const pictures = ["left", "right"].map(side => element("img", {class: side, alt: ""}));
  const range = element("input", {type: "range", min: 0, max: 100, step: 0.5, value: 50,
    "aria-label": `${entry.name}: edge between the two pictures`});
  const figure = element("figure", {}, ...pictures, element("div", {class: "edge"}), range);
  pictures[0].addEventListener("load", () => {
    figure.style.setProperty("--aspect", pictures[0].naturalWidth / pictures[0].naturalHeight);
  });
  range.addEventListener("input", () => figure.style.setProperty("--at", `${range.value}%`));
  const selects = pictures.map((picture, side) => chooser(side ? "right" : "left", names, side ? right : left, name => {
    picture.src = entry.pictures[name];
    picture.alt = `${entry.name}, ${name}`;
  }));
  const heading = element("h3", {}, entry.name + " ", element("small", {}, entry.about));
  return element("div", {class: "card"}, heading, figure, element("div", {class: "names"}, ...selects));
}

for (const place of document.querySelectorAll("[data-gallery]")) {
  const gallery = galleries[place.dataset.gallery];
  const cards = element("div", {class: "cards"});
  const show = entries => cards.append(...entries.map(entry => card(entry, gallery.left, gallery.right)));
  const first = Number(place.dataset.first);
  show(gallery.cards.slice(0, first));
  place.append(cards);
  const rest = gallery.cards.slice(first);
  if (rest.length) {
    const more = element("button", {class: "plain more", type: "button"}, `Show the other ${rest.length}`);
    more.addEventListener("click", () => { more.remove(); show(rest); });
    place.append(more);
  }
}
