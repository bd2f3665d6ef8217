# Writes the tables of the documents from the lists that the program itself is built from.
#
#   awk -v form=FORM -f man/tables.awk tui/options.def    form: options-man options-md options-words
#   awk -v form=FORM -f man/tables.awk tui/keys.def       form: keys-man keys-md
#
# An entry is TUI_OPTION(member, "name", KIND, "ARGUMENT", "what it does") or
# TUI_KEY(ID, "name", "keys", "hint", GROUP, "what it does"); it may go on in the lines below.

BEGIN {
    groups = split("MOVE PANE ACT VIEW", group_of)
    split("Moving|Panes|Acting|Looking", title_of, "|")
    entry = ""
}

/^TUI_(OPTION|KEY)\(/ { entry = "" }
/^TUI_(OPTION|KEY)\(/ || entry != "" {
    entry = entry (entry == "" ? "" : " ") $0
    if (entry ~ /\)$/) {
        take(entry)
        entry = ""
    }
}

# Cuts an entry at its quotes: every second part is a text.
function take(text, part, n) {
    gsub(/" +"/, "", text)
    n = split(text, part, "\"")
    if (text ~ /^TUI_OPTION/) {
        if (n != 7) broken(text)
        option((part[3] ~ /WORD/ ? "" : "--") part[2], part[4], part[6])
    } else {
        if (n != 9) broken(text)
        gsub(/[, ]/, "", part[7])
        key(part[7], part[2], part[4], part[8])
    }
}

function broken(text) {
    print "man/tables.awk: cannot read: " text > "/dev/stderr"
    failed = 1
    exit 1
}

# ---- options ------------------------------------------------------------------------------------

function option(name, argument, what) {
    count++
    if (form == "options-man") {
        printf(".TP\n\\fB%s\\fR%s\n%s.\n", roff(name), roff_argument(argument), roff(what))
    } else if (form == "options-md") {
        printf("| `%s%s` | %s |\n", name, (argument == "" ? "" : " " argument), what)
    } else if (form == "options-words") {
        printf("%s%s", (count > 1 ? " " : ""), name)
    }
}

function roff_argument(argument) {
    if (argument == "")
        return ""
    if (argument ~ /^\[/)
        return " [\\fI" roff(substr(argument, 2, length(argument) - 2)) "\\fR]"
    return " \\fI" roff(argument) "\\fR"
}

# ---- keys ---------------------------------------------------------------------------------------

function key(group, name, keys, what) {
    count++
    rows[group]++
    row_name[group, rows[group]] = name
    row_keys[group, rows[group]] = keys
    row_what[group, rows[group]] = what
}

# "k Up" in words; many keys in a row as the first and the last.
function spoken(keys, mark, part, n, i, text) {
    n = split(keys, part, " ")
    if (n > 3)
        return mark part[1] mark " .. " mark part[n] mark
    for (i = 1; i <= n; i++)
        text = text (i > 1 ? ", " : "") mark part[i] mark
    return text
}

function print_keys(group, title, i) {
    if (form == "keys-man")
        printf ".SS %s\n", title
    for (i = 1; i <= rows[group]; i++) {
        if (form == "keys-man")
            printf(".TP\n\\fB%s\\fR (%s)\n%s.\n", roff(spoken(row_keys[group, i], "")), \
                   roff(row_name[group, i]), roff(row_what[group, i]))
        else if (form == "keys-md")
            printf("| %s | %s |\n", spoken(row_keys[group, i], "`"), row_what[group, i])
    }
}

function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text
}

END {
    if (failed) exit 1
    if (!count) {
        print "man/tables.awk: no entry was found" > "/dev/stderr"
        exit 1
    }
    for (i = 1; i <= groups; i++)
        print_keys(group_of[i], title_of[i])
    if (form == "options-words")
        printf "\n"
}
