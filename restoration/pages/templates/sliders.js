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

// An entry's links, text to address, stand below its pictures instead of menus; its size, [width, height], keeps room for
// pictures that are loaded when they are looked at.
function card(entry, left, right) {
  const heading = element("h3", {}, entry.name + " ", element("small", {}, entry.about));
  const links = Object.entries(entry.links ?? {}).map(([text, href]) => element("a", {href}, text));
  const names = Object.keys(entry.pictures);
  if (!names.length) return element("div", {class: "card"}, heading, element("div", {class: "names"}, ...links));
  const pictures = ["left", "right"].map(side => element("img", {class: side, alt: ""}));
  const range = element("input", {type: "range", min: 0, max: 100, step: 0.5, value: 50,
    "aria-label": `${entry.name}: edge between the two pictures`});
  const figure = element("figure", {}, ...pictures, element("div", {class: "edge"}), range);
  if (entry.size) {
    const [width, height] = entry.size;
    figure.style.setProperty("--aspect", width / height);
    for (const picture of pictures) for (const [name, value] of Object.entries({loading: "lazy", width, height}))
      picture.setAttribute(name, value);
  }
  pictures[0].addEventListener("load", () => {
    figure.style.setProperty("--aspect", pictures[0].naturalWidth / pictures[0].naturalHeight);
  });
  range.addEventListener("input", () => figure.style.setProperty("--at", `${range.value}%`));
  const shows = pictures.map(picture => name => {
    picture.src = entry.pictures[name];
    picture.alt = `${entry.name}, ${name}`;
  });
  if (links.length) shows.forEach((show, side) => show(side ? right : left));
  const below = links.length ? links
    : shows.map((show, side) => chooser(side ? "right" : "left", names, side ? right : left, show));
  return element("div", {class: "card"}, heading, figure, element("div", {class: "names"}, ...below));
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
