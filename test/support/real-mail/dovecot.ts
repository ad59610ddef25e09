/** A Dovecot 2.3 of the test's own (Debian packages `dovecot-imapd`, `dovecot-lmtpd`): LMTP in, IMAP out, on 127.0.0.1. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChildServer, type ChildServer } from './child-server.ts';

export interface Mailbox {
  address: string;
  password: string;
  /** Messages it holds; unlimited when left out. */
  quota?: number;
}

/** Starts it in a folder of its own; rejects with its last words. */
export async function startDovecot(
  folder: string,
  ports: { imap: number; lmtp: number },
  mailboxes: readonly Mailbox[],
): Promise<ChildServer> {
  const mail = join(folder, 'mail');
  mkdirSync(mail, { recursive: true });
  chmodSync(folder, 0o755);
  execFileSync('chown', ['mail:mail', mail]);
  writeFileSync(join(folder, 'users'), mailboxes.map((mailbox) => userLine(mailbox, mail)).join(''));
  const configuration = join(folder, 'dovecot.conf');
  writeFileSync(configuration, settings(folder, ports));
  return startChildServer({
    command: ['/usr/sbin/dovecot', '-F', '-c', configuration],
    end: 'kill $server',
    logFile: join(folder, 'dovecot.log'),
    ports: [ports.imap, ports.lmtp],
  });
}

/** https://doc.dovecot.org/2.3/configuration_manual/authentication/passwd_file/ */
function userLine({ address, password, quota }: Mailbox, mail: string): string {
  const rule = quota === undefined ? '' : `userdb_quota_rule=*:messages=${quota}`;
  return `${address}:{PLAIN}${password}::::${join(mail, address)}::${rule}\n`;
}

function settings(folder: string, { imap, lmtp }: { imap: number; lmtp: number }): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
postmaster_address = postmaster@embassy.example
hostname = store.embassy.example
mail_location = maildir:~/Maildir
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
mail_plugins = quota
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_grace = 0
  quota_exceeded_message = Quota exceeded (mailbox for user is full)
}
protocol imap {
  mail_plugins = quota imap_quota
}
passdb {
  driver = passwd-file
  args = scheme=plain username_format=%Lu ${folder}/users
}
userdb {
  driver = passwd-file
  args = username_format=%Lu ${folder}/users
}
service imap-login {
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtp}
  }
}
`;
}
