/**
 * A sine tone as 16-bit PCM, one channel, with soft ends.
 *
 * @see Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE)
 */
export function toneWav({ hertz, seconds, sampleRate = 8_000 }: Tone): Uint8Array {
  const samples = Math.round(seconds * sampleRate);
  const wav = Buffer.alloc(44 + 2 * samples);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  // PCM.
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(sampleRate, 24);
  wav.writeUInt32LE(2 * sampleRate, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i += 1) {
    const loudness = 0.3 * Math.sin((Math.PI * i) / samples);
    const wave = Math.sin((2 * Math.PI * hertz * i) / sampleRate);
    wav.writeInt16LE(Math.round(32_767 * loudness * wave), 44 + 2 * i);
  }
  return wav;
}

interface Tone {
  readonly hertz: number;
  readonly seconds: number;
  readonly sampleRate?: number;
}
