// Two tones, again and again, until told to stop. Browsers allow sound after the first press only; one tab sounds for all.

let audio: AudioContext | undefined;
let wanted = false;
let ringing: number | undefined;
let leads = !navigator.locks;
let waits = false;

/** Only a tab that can be heard may be the one that sounds. */
function wait() {
  if (waits || !navigator.locks) return;
  waits = true;
  void navigator.locks.request('receptionist-siren', () => {
    leads = true;
    ring();
    return new Promise(() => {});
  });
}

export function isAudible(): boolean {
  return audio?.state === 'running';
}

export async function unlock(): Promise<boolean> {
  audio ??= new AudioContext();
  await audio.resume();
  if (isAudible()) wait();
  ring();
  return isAudible();
}

export function sound(on: boolean) {
  wanted = on;
  ring();
}

function ring() {
  window.clearInterval(ringing);
  ringing = undefined;
  if (!wanted || !leads || !audio || audio.state !== 'running') return;
  twoTones(audio);
  ringing = window.setInterval(() => audio && twoTones(audio), 3_000);
}

function twoTones(context: AudioContext) {
  for (const [nth, hertz] of [880, 660].entries()) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = hertz;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + nth * 0.35);
    tone.stop(context.currentTime + nth * 0.35 + 0.3);
  }
}
