# Turns the paragraphs of supply.lock that are models into rows of src/engine/model_files.c.
function finish() {
    if (field["target"] ~ /^models\//) {
        printf "FC_SUPPLY(\"%s\", \"%s\", \"%s\", \"%s\", \"%s\", \"%s\", %s, \"%s\")\n",
            substr(field["target"], 8), field["kind"], field["package"], field["version"],
            field["inside"], field["with"], field["bytes"], field["sha256"]
    }
    delete field
}
/^#/ { next }
/^[ \t]*$/ { finish(); next }
{
    key = $1
    sub(/:$/, "", key)
    sub(/^[^:]*:[ \t]*/, "")
    field[key] = $0
}
END { finish() }
