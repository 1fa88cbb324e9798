import { createHmac } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Transporter } from 'nodemailer';
import { CapabilityError } from '../../errors.js';
import type { NotificationChannel, OutgoingMessage } from './notifier-types.js';

/** A file that gets a line of JSON for each message. */
export interface FileChannelOptions {
  readonly kind: 'file';
  readonly path: string;
}

/** An address that gets each message as JSON by POST. */
export interface WebhookChannelOptions {
  readonly kind: 'webhook';
  readonly url: string;
  /** Signs the body with HMAC SHA-256, in the header `x-signature-256` as `sha256=` and hexadecimal digits. */
  readonly secret?: string;
  /** @default 10000 */
  readonly timeoutMs?: number;
}

/** A mail server. */
export interface SmtpChannelOptions {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS when the server offers it. @default false */
  readonly secure?: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
  readonly to: readonly string[];
  /** @default 10000 */
  readonly timeoutMs?: number;
}

export type ChannelOptions =
  | FileChannelOptions
  | WebhookChannelOptions
  | SmtpChannelOptions
  | NotificationChannel;

/**
 * The channel that options describe.
 *
 * @throws CapabilityError BAD_INPUT for a webhook that is not http or https, or mail without a receiver
 */
export function createChannel(options: ChannelOptions): NotificationChannel {
  if ('send' in options) return options;
  switch (options.kind) {
    case 'file':
      return fileChannel(options);
    case 'webhook':
      return webhookChannel(options);
    case 'smtp':
      return smtpChannel(options);
    default:
      return options satisfies never;
  }
}

function fileChannel({ path }: FileChannelOptions): NotificationChannel {
  return {
    name: `file ${path}`,
    send: async (message) => {
      await mkdir(dirname(path), { recursive: true });
      await appendFile(path, `${JSON.stringify(message)}\n`);
      return undefined;
    },
  };
}

function webhookChannel({ url, secret, timeoutMs = 10_000 }: WebhookChannelOptions): NotificationChannel {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !['http:', 'https:'].includes(address.protocol)) {
    throw new CapabilityError('BAD_INPUT', 'A webhook needs a whole address of http or https.');
  }
  return {
    // The path of a webhook is often its secret.
    name: `webhook ${address.origin}`,
    send: async (message) => {
      const { request } = await import('undici');
      const body = JSON.stringify(message);
      const signature =
        secret === undefined
          ? undefined
          : `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const response = await request(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': message.messageId,
          ...(signature === undefined ? {} : { 'x-signature-256': signature }),
        },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body.dump();
      if (response.statusCode < 200 || response.statusCode > 299) {
        throw new CapabilityError('TOOL_FAILED', `${address.origin} answered ${response.statusCode}.`);
      }
      return undefined;
    },
  };
}

function smtpChannel(options: SmtpChannelOptions): NotificationChannel {
  const { host, port, secure = false, user, password, from, to, timeoutMs = 10_000 } = options;
  if (to.length === 0) throw new CapabilityError('BAD_INPUT', 'Mail needs at least one receiver.');
  let transport: Promise<Transporter> | undefined;
  const open = async () => {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      host,
      port,
      secure,
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  return {
    name: `smtp ${host}:${port}`,
    send: async (message) => {
      transport ??= open();
      const { rejected } = await (await transport).sendMail({
        from,
        to: [...to],
        messageId: `<${message.messageId}@vitest-realworld-hub>`,
        date: new Date(message.at),
        subject: subjectOf(message),
        text: message.text === '' ? message.title : message.text,
        ...(message.urgency === 'urgent' ? { priority: 'high' as const } : {}),
      });
      // Mail that every receiver is refused rejects before this line.
      return rejected !== undefined && rejected.length > 0
        ? `${host} refuses mail to ${rejected.join(', ')}.`
        : undefined;
    },
    dispose: () => {
      void transport?.then((opened) => opened.close());
    },
  };
}

/** One line: a line break in a subject would begin another header. */
function subjectOf({ title, urgency }: OutgoingMessage): string {
  const line = title.replace(/\s+/g, ' ').trim();
  return urgency === 'urgent' ? `[urgent] ${line}` : line;
}
