import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { needs } from '../support/needs.js';

const PLACES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].filter(Boolean);
const executablePath = PLACES.find((path) => existsSync(path));

/** Skips by name where there is none. */
export const needsChromium = needs(executablePath, `no Chromium at ${PLACES.join(' or ')}; CHROMIUM says where`);

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
