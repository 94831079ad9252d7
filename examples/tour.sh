#!/bin/sh
# The main job on synthetic data, each step as a person would type it:  sh examples/tour.sh DIRECTORY
# Needs the piiguard command of an environment with the scan extra; `make demo` sees to both.
set -eu

directory=${1:-demo}
bold=$(printf '\033[1m') plain=$(printf '\033[0m')
[ -t 1 ] || bold='' plain=''

# step CODE COMMAND…: show the command, run it, and stop the tour unless it exits with CODE
step() {
    wanted=$1
    shift
    printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
    code=0
    "$@" || code=$?
    [ "$code" -eq "$wanted" ] || { echo "tour: exit code $code, expected $wanted" >&2; exit 1; }
}

title() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }

title "A synthetic school: nobody in it exists"
step 0 piiguard demo "$directory"
cd "$directory"

title "Security staff: what lies unprotected? (exit code 3: something does)"
step 3 piiguard scan sqlite:///crm.db app.log

title "DBA: make a keyring, and encrypt columns that the scan found"
step 0 piiguard keys init --keyring keyring.json --wrap file:wrapping.key
export PIIGUARD_KEYRING=keyring.json
step 0 piiguard encrypt sqlite:///crm.db students.iin --index iin_index --normalizer digits --yes
step 0 piiguard encrypt sqlite:///crm.db students.phone --index phone_index --normalizer phone --yes
step 0 piiguard encrypt sqlite:///crm.db guardians.mobile --yes
step 0 piiguard encrypt sqlite:///crm.db payments.card_number --yes

title "Security staff: those columns are encrypted now, the rest is still open"
step 3 piiguard scan sqlite:///crm.db

title "Developer: the application reads plaintext, and finds a person by IIN"
cat >lookup.py <<'PYTHON'
from models import Session, Student, create_engine, find_by_iin

url = "sqlite:///crm.db"
with Session(create_engine(url)) as session:
    iin = session.get_one(Student, 7).iin  # some student's IIN, as a form would give it
student = find_by_iin(url, iin)
print(student.full_name, student.iin, student.phone)
PYTHON
step 0 cat lookup.py
step 0 python lookup.py

title "DBA: yearly rotation to a new key version, beside the running application"
step 0 piiguard keys add
step 0 piiguard keys promote 2
step 0 piiguard rotate sqlite:///crm.db
step 0 piiguard status sqlite:///crm.db

title "Nothing is lost"
step 0 piiguard verify sqlite:///crm.db
step 0 python lookup.py

title "Data-protection officer: a person asks what is stored, and then to be forgotten"
cat >>piiguard.toml <<'TOML'

[[subjects]]
table = "students"
key = "id"
identifiers = ["iin", "phone", "email"]
erase = "delete"

[[subjects.tables]]
table = "guardians"
erase = "delete"

[[subjects.tables]]
table = "payments"
erase = "delete"

[[subjects.tables]]
table = "notes"
erase = "delete"
TOML
step 0 tail -n 18 piiguard.toml
# Whom, goes through standard input: others on a machine see arguments.
cat >asks.py <<'PYTHON'
from models import Session, Student, create_engine

with Session(create_engine("sqlite:///backup.db")) as session:
    print(f"iin={session.get_one(Student, 7).iin}")
PYTHON
step 0 cp crm.db backup.db
step 3 sh -c 'python asks.py | piiguard subject find sqlite:///crm.db app.log'
step 0 sh -c 'python asks.py | piiguard subject report sqlite:///crm.db -o answer.html'
step 0 rm answer.html # handed over: it holds what the person asked for, in clear
step 0 sh -c 'python asks.py | piiguard subject erase sqlite:///crm.db --plan'
step 0 sh -c 'python asks.py | piiguard subject erase sqlite:///crm.db --yes'

title "A backup from before is restored: the person is erased again"
step 0 cp backup.db crm.db
step 0 piiguard subject replay sqlite:///crm.db --yes
step 0 sh -c 'python asks.py | piiguard subject find sqlite:///crm.db'
step 0 rm backup.db
