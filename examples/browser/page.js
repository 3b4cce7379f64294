// The page: a photo in, before and after with a line between that can be moved, a file out.

const MOST_PIXELS = 1_000_000;
const LEAST_SIDE = 64;

const before = document.querySelector("#before");
const after = document.querySelector("#after");
const state = document.querySelector("#state");
const line = document.querySelector("#line");
const save = document.querySelector("#save");
const chosen = document.querySelector("#photo");

const worker = new Worker("worker.js", { type: "module" });
const missing = "It cannot be started: are networks/ and onnxruntime-web/ in place? See README.md beside this page.";
worker.onerror = () => (state.textContent = missing);

chosen.onchange = async () => {
  if (!chosen.files.length) return;
  let picture;
  try {
    picture = await createImageBitmap(chosen.files[0]);
  } catch {
    state.textContent = "This file is no picture that the browser can read. Save it as PNG or JPEG.";
    return;
  }
  const factor = Math.min(1, Math.sqrt(MOST_PIXELS / (picture.width * picture.height)));
  const [width, height] = [picture.width, picture.height].map((side) => Math.round(side * factor));
  if (Math.min(width, height) < LEAST_SIDE) {
    state.textContent = `The picture is too small: its sides must have ${LEAST_SIDE} pixels.`;
    return;
  }
  for (const canvas of [before, after]) [canvas.width, canvas.height] = [width, height];
  const drawing = before.getContext("2d");
  drawing.imageSmoothingQuality = "high";
  drawing.drawImage(picture, 0, 0, width, height);
  document.body.classList.remove("done");
  chosen.disabled = true;
  const bytes = drawing.getImageData(0, 0, width, height).data;
  worker.postMessage({ bytes, width, height }, [bytes.buffer]);
};

worker.onmessage = ({ data }) => {
  if (data.doing) {
    state.textContent = data.doing;
    return;
  }
  chosen.disabled = false;
  if (data.error) {
    state.textContent = `It failed. ${missing} (${data.error})`;
    return;
  }
  after.getContext("2d").putImageData(new ImageData(data.bytes, after.width, after.height), 0, 0);
  state.textContent = `${after.width} × ${after.height} pixels in ${data.seconds.toFixed(1)} seconds. Move the line.`;
  document.body.classList.add("done");
  show();
};

function show() {
  after.style.clipPath = `inset(0 0 0 ${line.value}%)`;
}
line.oninput = show;

save.onclick = () =>
  after.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "restored.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
