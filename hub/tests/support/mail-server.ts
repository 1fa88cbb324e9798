import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came. */
  readonly data: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  readonly close: () => Promise<void>;
}

/** A mail server on 127.0.0.1 that speaks as much of SMTP (RFC 5321) as a mail needs; it refuses receivers of a name. */
export async function serveMail(refuses: string): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8');
    let from = '';
    let to: string[] = [];
    let pending = '';
    let isData = false;
    const answer = (line: string) => socket.write(`${line}\r\n`);
    const takeCommand = (line: string) => {
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      if (/^(?:EHLO|HELO)/i.test(line)) answer('250 local');
      else if (/^MAIL FROM:/i.test(line)) {
        from = address;
        to = [];
        answer('250 go on');
      } else if (/^RCPT TO:/i.test(line)) {
        if (address.startsWith(refuses)) answer('550 nobody of this name');
        else {
          to.push(address);
          answer('250 go on');
        }
      } else if (/^DATA/i.test(line)) {
        isData = true;
        answer('354 end with a dot');
      } else if (/^RSET/i.test(line)) answer('250 forgotten');
      else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else answer('502 not known');
    };
    socket.on('data', (text: string) => {
      pending += text;
      for (;;) {
        const mark = isData ? '\r\n.\r\n' : '\r\n';
        const end = pending.indexOf(mark);
        if (end === -1) return;
        const part = pending.slice(0, end);
        pending = pending.slice(end + mark.length);
        if (isData) {
          mails.push({ from, to, data: part });
          isData = false;
          answer('250 taken');
        } else takeCommand(part);
      }
    });
    answer('220 local');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
