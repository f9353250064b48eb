/** The camera with an oval to hold the face in. The picture is mirrored as people know themselves;
 *  the photo is not. */

import { $, pause } from "./page.js";
import { takeShot } from "./intake.js";
import { t } from "./text.js";

const TIMER_S = 3;
const dialog = $("camera");
const video = dialog.querySelector("video");
let stream = null;

/** Whether there can be a camera: browsers lend it only where nobody can listen in. */
export function cameraPossible() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
  $("shoot").disabled = true;
  $("countdown").value = "";
}

export async function openCamera() {
  dialog.showModal();
  $("camera_hint").textContent = t("camera_asks");
  try {
    const opened = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1440 } },
    });
    if (!dialog.open || stream) { // closed meanwhile, or opened twice: one camera is enough
      opened.getTracks().forEach((track) => track.stop());
      return;
    }
    stream = opened;
    video.srcObject = stream;
    await video.play();
    $("camera_hint").textContent = t("camera_hint");
    $("shoot").disabled = false;
  } catch (error) {
    $("camera_hint").textContent = t(error.name === "NotAllowedError" ? "camera_denied" : "camera_missing");
  }
}

/* Ends early when the dialog was closed, even if it was opened again. */
async function countDown(own) {
  for (let left = TIMER_S; left > 0 && stream === own; left -= 1) {
    $("countdown").value = left;
    await pause(1000);
  }
}

async function shoot() {
  const own = stream;
  $("shoot").disabled = true;
  if ($("timer").checked) {
    await countDown(own);
  }
  if (stream !== own) {
    return; // closed meanwhile
  }
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
  dialog.close();
  takeShot(blob, `${t("camera")}.jpg`);
}

export function startCamera() {
  for (const button of document.querySelectorAll("[data-do=camera]")) {
    button.hidden = !cameraPossible();
  }
  $("insecure").hidden = isSecureContext;
  dialog.addEventListener("close", stop);
  $("shoot").addEventListener("click", shoot);
}
