import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CapabilityError, Unavailable } from '../errors.js';

export interface FfmpegRun {
  readonly stdout: Buffer;
  /** The last of what it said, at most 16 KiB. */
  readonly stderr: string;
}

export interface FfmpegRunOptions {
  readonly timeoutMs: number;
  /** More output than this ends the run. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
}

const stderrKeptBytes = 16 * 1024;
const installer = '@ffmpeg-installer/ffmpeg';
const howToGet = `Install ffmpeg on the PATH, or run: npm install ${installer}`;

/**
 * The ffmpeg of this machine: the one on the PATH, or that of the optional package. Found when first used; a binary that
 * may not be executed is copied to a temporary folder, which `dispose` removes.
 */
export class Ffmpeg {
  readonly #path: string | undefined;
  readonly #packaged: () => Promise<string>;
  #found: Promise<string> | undefined;
  #copyDirectory: string | undefined;

  /**
   * @param path of the program, in place of a search
   * @param packaged gives the path of the optional package's program
   */
  constructor(path?: string, packaged: () => Promise<string> = packagedPath) {
    this.#path = path;
    this.#packaged = packaged;
  }

  /** @throws Unavailable when there is none */
  locate(): Promise<string> {
    this.#found ??= this.#find().catch((error: unknown) => {
      this.#found = undefined;
      throw error;
    });
    return this.#found;
  }

  /**
   * Runs it on local files: without a shell, without standard input, and with no protocol for inputs but `file`.
   *
   * @param inputArguments arguments before the input, such as a seek
   * @param input path of the file
   * @param outputArguments filters and output
   * @throws Unavailable when there is no ffmpeg; CapabilityError TOOL_FAILED when it fails, takes too long or says too much;
   * INTERRUPTED by the signal
   */
  async run(
    inputArguments: readonly string[],
    input: string,
    outputArguments: readonly string[],
    options: FfmpegRunOptions,
  ): Promise<FfmpegRun> {
    const program = await this.locate();
    const fixed = ['-hide_banner', '-nostdin', '-v', 'error', '-protocol_whitelist', 'file'];
    // Without the prefix a name could be taken for another protocol or an option.
    const all = [...fixed, ...inputArguments, '-i', `file:${input}`, ...outputArguments];
    return runProgram(program, all, input, options);
  }

  async dispose(): Promise<void> {
    const directory = this.#copyDirectory;
    this.#copyDirectory = undefined;
    this.#found = undefined;
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  }

  async #find(): Promise<string> {
    if (this.#path !== undefined) {
      if (await isExecutable(this.#path)) return this.#path;
      throw new Unavailable(`${this.#path} is not a program that may be run. ${howToGet}`);
    }
    const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
    }
    const packaged = await this.#packaged();
    if (await isExecutable(packaged)) return packaged;
    return this.#copyExecutable(packaged, name);
  }

  async #copyExecutable(packaged: string, name: string): Promise<string> {
    this.#copyDirectory ??= await mkdtemp(join(tmpdir(), 'hub-ffmpeg-'));
    const copy = join(this.#copyDirectory, name);
    await copyFile(packaged, copy);
    await chmod(copy, 0o700);
    return copy;
  }
}

async function packagedPath(): Promise<string> {
  try {
    // A name in a variable, because the package is optional and has no types.
    const module = (await import(installer)) as { readonly default: { readonly path: string } };
    return module.default.path;
  } catch (error) {
    // The package throws a string when it has no binary for this platform.
    throw new Unavailable(`There is no ffmpeg. ${howToGet}`, { cause: error });
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function runProgram(
  program: string,
  programArguments: readonly string[],
  input: string,
  { timeoutMs, maxOutputBytes, signal }: FfmpegRunOptions,
): Promise<FfmpegRun> {
  return new Promise((resolve, reject) => {
    // Its own variables could make it write reports or load presets.
    const { PATH, SystemRoot } = process.env;
    const env = {
      ...(PATH === undefined ? {} : { PATH }),
      ...(SystemRoot === undefined ? {} : { SystemRoot }),
    };
    const child = spawn(program, [...programArguments], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
      windowsHide: true,
    });
    const output: Buffer[] = [];
    let outputBytes = 0;
    let stderr = '';
    let ended: CapabilityError | undefined;
    const end = (error: CapabilityError): void => {
      ended ??= error;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(
      () =>
        end(failure(input, `took longer than ${timeoutMs} ms`, 'Raise timeoutMs, or give a shorter file.')),
      timeoutMs,
    );
    const onAbort = (): void =>
      end(new CapabilityError('INTERRUPTED', `ffmpeg on ${input} was aborted.`, { cause: signal?.reason }));
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (outputBytes <= maxOutputBytes) output.push(chunk);
      else
        end(
          failure(
            input,
            `gave more than ${maxOutputBytes} bytes`,
            'Give a shorter file, or raise the limit.',
          ),
        );
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-stderrKeptBytes);
    });
    child.on('error', (error) => {
      ended ??= failure(input, `did not start: ${error.message}`, howToGet);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (ended !== undefined) reject(ended);
      else if (code === 0) resolve({ stdout: Buffer.concat(output), stderr });
      else reject(failure(input, `ended with ${code}: ${stderr.trim()}`, 'Check that the file is whole.'));
    });
  });
}

function failure(input: string, what: string, remedy: string): CapabilityError {
  return new CapabilityError('TOOL_FAILED', `ffmpeg on ${input} ${what}. ${remedy}`);
}
