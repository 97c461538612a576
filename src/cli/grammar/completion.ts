import type { Command } from './command';

/** The shells that commands can be completed in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell. */
export type Shell = (typeof SHELLS)[number];

/** A script for a shell that completes the words of commands, their flags, and the values of flags that have a choice. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return `#compdef lockstep\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`;
    case 'fish':
      return fishScript(commands);
  }
}

function bashScript(commands: readonly Command[]): string {
  return `# lockstep completion; for example: source <(lockstep completion bash)
_lockstep() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  local line=" $words " offered=""
  case "$line" in
${commands
  .toSorted(longestFirst)
  .map((command) => bashCase(command, commands))
  .join('\n')}
${families(commands)
  .map((word) => `    " ${word} "*) offered="${secondWords(word, commands).join(' ')}" ;;`)
  .join('\n')}
    *) offered="${firstWords(commands).join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -o default -F _lockstep lockstep
`;
}

function bashCase(command: Command, commands: readonly Command[]): string {
  const choices = command.flags.flatMap(({ name, short, choices: values }) =>
    values === undefined
      ? []
      : [`--${name}${short === undefined ? '' : `|-${short}`}) offered="${values.join(' ')}" ;;`],
  );
  return `    " ${command.name} "*)
      case "$previous" in
        ${[...choices, `*) offered="${offered(command, commands).join(' ')}" ;;`].join('\n        ')}
      esac ;;`;
}

function offered({ name, flags, arguments: args }: Command, commands: readonly Command[]): string[] {
  return [
    ...flags.map((flag) => `--${flag.name}`),
    ...args.flatMap(({ choices }) => choices ?? []),
    ...secondWords(name, commands),
  ];
}

function fishScript(commands: readonly Command[]): string {
  const single = commands.filter(({ name }) => !name.includes(' '));
  const lines = [
    '# lockstep completion; for example: lockstep completion fish | source',
    'complete -c lockstep -f -n __fish_use_subcommand',
    ...single.map(
      ({ name, summary }) => `complete -c lockstep -f -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
    ),
    ...commands.filter(({ name }) => name.includes(' ')).map(fishSecondWord),
    ...commands.flatMap(fishFlags),
  ];
  return `${lines.join('\n')}\n`;
}

function fishSecondWord({ name, summary }: Command): string {
  const [first = '', second = ''] = name.split(' ');
  return [
    `complete -c lockstep -f -n __fish_use_subcommand -a ${first}`,
    `complete -c lockstep -f -n '__fish_seen_subcommand_from ${first}' -a ${second} -d ${quote(summary)}`,
  ].join('\n');
}

function fishFlags({ name, flags, arguments: args }: Command): string[] {
  const seen = `-n '${name
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ')}'`;
  return [
    ...flags.map((flag) => {
      const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
      const values = flag.choices === undefined ? '' : ` -a ${quote(flag.choices.join(' '))}`;
      const takes = flag.kind === 'switch' ? '' : ' -r';
      return `complete -c lockstep ${seen} -l ${flag.name}${short}${takes}${values} -d ${quote(flag.help)}`;
    }),
    ...args.flatMap(({ choices }) =>
      choices === undefined ? [] : [`complete -c lockstep -f ${seen} -a ${quote(choices.join(' '))}`],
    ),
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The longer name decides: `shard-ddl-lock unlock` before `shard-ddl-lock`. */
function longestFirst(a: Command, b: Command): number {
  return b.name.length - a.name.length;
}

/** First words that are no command by themselves. */
function families(commands: readonly Command[]): string[] {
  return firstWords(commands).filter((word) => commands.every(({ name }) => name !== word));
}

function secondWords(first: string, commands: readonly Command[]): string[] {
  return commands.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
}

function firstWords(commands: readonly Command[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ', 1)[0] ?? ''))];
}
