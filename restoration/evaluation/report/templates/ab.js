// Blind comparison: every pair of methods on every photograph once, in random order, sides at random.
"use strict";
const study = JSON.parse(document.getElementById("study").textContent);
const at = id => document.getElementById(id);
const key = `restore-old-photo-votes-${study.id}`;

function stored() {
  try { return JSON.parse(localStorage.getItem(key)) ?? fresh(); } catch { return fresh(); }
}

function fresh() { return {voter: Math.random().toString(36).slice(2), votes: []}; }

function keep() {
  try { localStorage.setItem(key, JSON.stringify({voter, votes})); }
  catch { at("said").textContent = "This browser keeps nothing: save your votes before you leave."; }
}

function shuffled(items) {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

function isOwn(vote) { return vote.voter === voter; }

function identity(vote) { return JSON.stringify([vote.voter, vote.photo, [vote.left, vote.right].sort()]); }

function questions() {
  const all = [];
  for (const photo of study.photos) {
    const names = study.methods.filter(name => name in photo.pictures);
    names.forEach((a, i) => names.slice(i + 1).forEach(b => all.push({photo: photo.name, methods: [a, b]})));
  }
  const answered = new Set(votes.map(identity));
  const own = q => identity({voter, photo: q.photo, left: q.methods[0], right: q.methods[1]});
  return shuffled(all.filter(q => !answered.has(own(q)))).map(q => ({photo: q.photo, methods: shuffled(q.methods)}));
}

// A vote: {voter, photo, left, right, better: "left" | "right" | "tie"}; voters are told apart, and not known.
const {voter, votes} = stored();
let open = questions();

function show() {
  const next = open[0];
  at("vote").hidden = !next;
  at("done").hidden = Boolean(next);
  if (study.methods.length < 2) at("done").textContent = "There are fewer than two methods to compare.";
  if (next) {
    const photo = study.photos.find(p => p.name === next.photo);
    at("left").firstChild.src = photo.pictures[next.methods[0]];
    at("right").firstChild.src = photo.pictures[next.methods[1]];
    at("aged").src = photo.input;
    const own = votes.filter(isOwn).length;
    at("progress").textContent = `${own} of ${own + open.length} voted`;
  }
  if (!at("results").hidden) count();
}

function vote(better) {
  const asked = open.shift();
  if (!asked) return;
  votes.push({photo: asked.photo, left: asked.methods[0], right: asked.methods[1], better, voter});
  keep();
  show();
}

function takeBack() {
  const last = votes.findLastIndex(isOwn);
  if (last < 0) return;
  const [{photo, left, right}] = votes.splice(last, 1);
  open.unshift({photo, methods: [left, right]});
  keep();
  show();
}

// Wilson 1927: the shares of a binomial that so many wins do not rule out.
function wilson(wins, of, z = 1.96) {
  const share = wins / of, scale = 1 + z * z / of;
  const middle = (share + z * z / (2 * of)) / scale;
  const half = z * Math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / scale;
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

function tally(method, against) {
  const sums = {wins: 0, losses: 0, ties: 0};
  for (const v of votes) {
    const other = v.left === method ? v.right : v.right === method ? v.left : null;
    if (other === null || (against && other !== against)) continue;
    if (v.better === "tie") sums.ties++;
    else if (v[v.better] === method) sums.wins++;
    else sums.losses++;
  }
  return sums;
}

function count() {
  const percent = x => `${(100 * x).toFixed(0)} %`;
  const rows = [];
  for (const method of study.methods)
    for (const against of [null, ...study.methods.filter(other => other !== method)]) {
      if (against === null && study.methods.length === 2) continue;
      const {wins, losses, ties} = tally(method, against);
      const decided = wins + losses;
      const shares = decided ? [percent(wins / decided), wilson(wins, decided).map(percent).join(" to ")] : ["–", "–"];
      rows.push([method, against ?? "all others", wins, losses, ties, ...shares]);
    }
  at("pairs").tBodies[0].replaceChildren(...rows.map(cells => {
    const row = document.createElement("tr");
    row.append(...cells.map(text => Object.assign(document.createElement("td"), {textContent: text})));
    return row;
  }));
}

function save() {
  const text = JSON.stringify({study: study.id, source: study.source, votes}, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type: "application/json"}));
  link.download = `votes-${study.id}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function addVotes(files) {
  let added = 0, refused = 0;
  for (const file of files) {
    try {
      const given = JSON.parse(await file.text());
      if (given.study !== study.id) throw new Error("votes on other pictures");
      const fits = v => study.methods.includes(v.left) && study.methods.includes(v.right)
        && ["left", "right", "tie"].includes(v.better);
      const known = new Set(votes.map(identity));  // a file may be added twice, or hold this browser's own votes
      const good = given.votes.filter(v => fits(v) && !known.has(identity(v)));
      votes.push(...good);
      added += good.length;
    } catch { refused++; }
  }
  keep();
  at("said").textContent = `${added} votes added${refused ? `, ${refused} files are of another study` : ""}.`;
  show();
}

at("left").addEventListener("click", () => vote("left"));
at("right").addEventListener("click", () => vote("right"));
at("tie").addEventListener("click", () => vote("tie"));
at("undo").addEventListener("click", takeBack);
at("count").addEventListener("click", () => { at("results").hidden = false; count(); });
at("export").addEventListener("click", save);
at("import").addEventListener("change", event => addVotes(event.target.files));
document.addEventListener("keydown", event => {
  const better = {ArrowLeft: "left", ArrowRight: "right", " ": "tie"}[event.key];
  if (!better || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();  // a button that has the focus must not be pressed as well
  vote(better);
});
show();
