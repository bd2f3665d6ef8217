# Completion for cawsole and cawsole-sim in bash.

_cawsole_scenarios='steady bad-deploy db-failover edge-errors throttled'

# Names of the profiles in AWS's two files.
_cawsole_profiles() {
    sed -n 's/^\[\(profile  *\)\{0,1\}\([^]]*\)\].*/\2/p' \
        "${AWS_CONFIG_FILE:-$HOME/.aws/config}" \
        "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" 2>/dev/null
}

# Names of the stacks in the configuration.
_cawsole_stacks() {
    sed -n 's/^[^#]*[{ ;(]name *= *"\([^"]*\)".*/\1/p; s/^name *= *"\([^"]*\)".*/\1/p' \
        "${XDG_CONFIG_HOME:-$HOME/.config}/cawsole/cawsole.cfg" 2>/dev/null
}

_cawsole() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    case $previous in
    --profile) words=$(_cawsole_profiles) ;;
    --stack) words=$(_cawsole_stacks) ;;
    --demo) words=$_cawsole_scenarios ;;
    --config | --log | --trace)
        COMPREPLY=($(compgen -f -- "$current"))
        return
        ;;
    --region | --endpoint-url) return ;;
    *) words='--profile --region --endpoint-url --stack --config --read-only --demo --once --json
        --log --trace --version --help whoami doctor' ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}

_cawsole_sim() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    case $previous in
    --scenario) words=$_cawsole_scenarios ;;
    --stack | --ca-out)
        COMPREPLY=($(compgen -f -- "$current"))
        return
        ;;
    --port | --seed | --speed | --latency | --tasks | --parameters | --credentials | --fault)
        return ;;
    *) words='--port --stack --seed --speed --latency --scenario --tasks --parameters --tls --ca-out
        --credentials --fault --die-with-parent --help --version' ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -F _cawsole cawsole
complete -F _cawsole_sim cawsole-sim
