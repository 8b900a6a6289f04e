# Yours to change: it is made once.
case $- in *i*) ;; *) return ;; esac
HISTCONTROL=ignoreboth
HISTSIZE=10000
shopt -s checkwinsize histappend
PS1='\[\e[32m\]\w\[\e[0m\]$(__git_ps1 " \[\e[33m\]%s\[\e[0m\]" 2>/dev/null) \$ '
alias ll='ls -alF --color=auto' ls='ls --color=auto' grep='grep --color=auto'
[ -f /usr/lib/git-core/git-sh-prompt ] && . /usr/lib/git-core/git-sh-prompt
[ -f /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
PATH=$HOME/.local/bin:$PATH
