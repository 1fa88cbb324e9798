/**
 * Each asks the program itself, with the words so far, so that what is completed is what this version knows. Candidates are taken
 * as they are, without being expanded. Where there are none, the shell completes files.
 */
export const completionScripts = {
  bash: `# Completion of vitest-realworld. Read it with: source <(vitest-realworld completion bash)
_vitest_realworld() {
  COMPREPLY=()
  local line
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _vitest_realworld vitest-realworld
`,
  zsh: `#compdef vitest-realworld
# Completion of vitest-realworld. Put it into a folder of $fpath, or read it with: source <(vitest-realworld completion zsh)
_vitest_realworld() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then
    compadd -- "\${candidates[@]}"
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _vitest_realworld ]]; then
  _vitest_realworld "$@"
else
  compdef _vitest_realworld vitest-realworld
fi
`,
  fish: `# Completion of vitest-realworld. Put it into ~/.config/fish/completions, or read it with: vitest-realworld completion fish | source
function __vitest_realworld_words
  set -l words (commandline -opc)
  set -l program $words[1]
  $program completion words -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c vitest-realworld -a '(__vitest_realworld_words)'
`,
} as const;
