"""Real directory servers for tests: Samba as an Active Directory domain controller, OpenLDAP's slapd,
and the certificates that both show. Each lives in a folder of its own and ends with the test.

Samba listens on the ports of LDAP alone, so the script starts itself again in a network of its own
where the system allows that; elsewhere the ports have to be free. Standard library only.
"""

import base64
import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

import plans
import service

BASE = "DC=face,DC=example"
PASSWORD = "Admin-Pass-1"
SERVICE_PASSWORD = plans.SECRET
SLAPD = shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin")
SAMBA = shutil.which("samba", path=os.environ.get("PATH", "") + ":/usr/sbin")
PROVISION = pathlib.Path("/usr/share/samba/setup/provision.ldif")
START_S = 60  # until a server listens


def own_network():
    """Runs the script again where all ports are its own, if it does not yet run there and may."""
    command = ["unshare", "--net"]
    if os.environ.get("FC_OWN_NETWORK") == "yes":
        with socket.socket() as probe:  # its loopback is still down
            fcntl.ioctl(probe, 0x8914, struct.pack("16sh14x", b"lo", 1 | 64))
    elif subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
        os.environ["FC_OWN_NETWORK"] = "yes"
        os.execvp(command[0], [*command, sys.executable, "-B", *sys.argv])


def why_no_samba():
    """Why no domain controller can be started here; empty: one can."""
    if not SAMBA or not shutil.which("samba-tool") or not PROVISION.exists():
        return "no samba-ad-dc and samba-ad-provision"
    if os.geteuid() != 0:
        return "Samba's domain controller wants to be started by root"
    for port in (389, 636):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as reason:
                return f"port {port}: {reason.strerror}"
    return ""


def why_no_slapd():
    """The same for OpenLDAP."""
    return "" if SLAPD and shutil.which("ldapadd") else "no slapd and ldap-utils"


def wait_for(port, process, log):
    """Until a server listens, or the end with its words."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"no server on port {port}: {log.read_text(errors='replace')[-2000:]}")


class Certificates:
    """An authority of the test's own and what it signs: `server`, `expired`, `other` (of another
    name), `person` (a client)."""

    CONFIG = """[ca]
default_ca=authority
[authority]
database=index
serial=serial
new_certs_dir=.
certificate=ca.pem
private_key=ca.key
default_md=sha256
policy=names
copy_extensions=copy
unique_subject=no
[names]
commonName=supplied
"""
    HERE = "IP:127.0.0.1,DNS:localhost"

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "config").write_text(self.CONFIG)
        (folder / "index").write_text("")
        (folder / "serial").write_text("01\n")
        for name in ("ca", "stranger"):
            self._key(name)
            self._openssl("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN=Test {name}",
                          "-days", "3650", "-out", f"{name}.pem")
        self._sign("server", "20200101", "20401231", self.HERE)
        self._sign("expired", "20200101", "20210102", self.HERE)
        self._sign("other", "20200101", "20401231", "DNS:other.example")
        self._sign("person", "20200101", "20401231", "DNS:person.example")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def _key(self, name):
        self._openssl("ecparam", "-genkey", "-name", "prime256v1", "-out", f"{name}.key")
        (self.folder / f"{name}.key").chmod(0o600)

    def _sign(self, name, begin, end, names):
        self._key(name)
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-addext",
                      f"subjectAltName={names}", "-out", f"{name}.csr")
        self._openssl("ca", "-batch", "-config", "config", "-in", f"{name}.csr", "-startdate",
                      f"{begin}000000Z", "-enddate", f"{end}000000Z", "-out", f"{name}.pem", "-notext")

    def path(self, name):
        """Of NAME.pem or NAME.key."""
        return str(self.folder / name)


class Server:
    """What both have: a process, a folder, people."""

    admin = ""
    port = 0
    ldaps_port = 0

    def __init__(self, folder, certificates):
        self.folder = folder
        self.certificates = certificates
        self.process = None
        self.log = folder / "log.txt"
        self.tls_name = "server"

    def launch(self, command, port):
        """Start it, and wait until it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            start_new_session=True)
        wait_for(port, self.process, self.log)

    def start(self):
        """Run it."""
        raise NotImplementedError

    def stop(self, how=signal.SIGKILL):
        """End it at once; what is written stays."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, how)
            self.process.wait()
            self.process = None

    def pause(self):
        """Let it answer nothing."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self):
        """And again."""
        os.killpg(self.process.pid, signal.SIGCONT)

    def show(self, name):
        """Restart with another certificate."""
        self.stop()
        self.tls_name = name
        self.start()

    @property
    def url(self):
        """ldaps, as a target names it."""
        return f"ldaps://127.0.0.1:{self.ldaps_port}"

    @property
    def plain_url(self):
        """ldap, for StartTLS."""
        return f"ldap://127.0.0.1:{self.port}"

    def tool(self, program, *arguments, text=""):
        """A program of ldap-utils, as the administrator."""
        environment = dict(os.environ, LDAPTLS_CACERT=self.certificates.path("ca.pem"),
                           LDAPTLS_REQCERT="demand")
        return subprocess.run([program, "-x", "-H", self.url, "-D", self.admin, "-w", PASSWORD,
                               *arguments], input=text.encode(), env=environment, check=True,
                              capture_output=True).stdout.decode()

    def modify(self, ldif):
        """Apply LDIF with change types."""
        self.tool("ldapmodify", text=ldif)

    def pictures(self, attribute, base=None):
        """{RDN's value: picture} of all entries that have one."""
        found, name = {}, None
        listing = self.tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-E", "pr=500/noprompt", "-b",
                            base or BASE, f"({attribute}=*)", attribute)
        for line in listing.splitlines():
            if line.startswith("dn::"):
                name = base64.b64decode(line[4:]).decode()
            elif line.startswith("dn:"):
                name = line[4:]
            elif line.startswith(attribute + "::"):
                found[name.split(",")[0].split("=")[1]] = base64.b64decode(line[len(attribute) + 2:])
        return found


class OpenLdap(Server):
    """slapd with inetOrgPerson; `cn=photos` may write jpegPhoto, `cn=reader` may only read."""

    admin = "cn=admin," + BASE
    service = "cn=photos," + BASE
    reader = "cn=reader," + BASE
    people = "ou=people," + BASE
    CONFIG = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {tls}.pem
TLSCertificateKeyFile {tls}.key
TLSCACertificateFile {ca}
TLSVerifyClient try
authz-regexp "cn=person" "{service}"
authz-regexp "gidNumber=.*,cn=peercred,cn=external,cn=auth" "{service}"
sizelimit size.soft=100 size.hard=100 size.prtotal=unlimited
database mdb
maxsize 268435456
directory {folder}/data
suffix {base}
rootdn {admin}
rootpw {password}
dbnosync
index objectClass,uid,mail eq
access to attrs=userPassword by anonymous auth by * none
access to attrs=jpegPhoto by dn.exact="{service}" write by users read
access to * by users read
"""

    def __init__(self, folder, certificates, starttls=True):
        super().__init__(folder, certificates)
        self.starttls = starttls
        (folder / "data").mkdir(parents=True)
        self.port, self.ldaps_port = service.free_port(), service.free_port()
        self.start()
        self.tool("ldapadd", text=self._tree())

    def _tree(self):
        entries = [f"dn: {BASE}\nobjectClass: domain\ndc: face\n",
                   f"dn: {self.people}\nobjectClass: organizationalUnit\nou: people\n"]
        for name in ("photos", "reader"):
            entries.append(f"dn: cn={name},{BASE}\nobjectClass: applicationProcess\n"
                           f"objectClass: simpleSecurityObject\ncn: {name}\n"
                           f"userPassword: {SERVICE_PASSWORD}\n")
        return "\n".join(entries)

    def start(self):
        config = self.folder / "slapd.conf"
        text = self.CONFIG.format(folder=self.folder, tls=self.certificates.path(self.tls_name),
                                  ca=self.certificates.path("ca.pem"), service=self.service,
                                  base=BASE, admin=self.admin, password=PASSWORD)
        if not self.starttls:
            text = "".join(line for line in text.splitlines(True) if not line.startswith("TLS"))
        config.write_text(text)
        self.socket = f"ldapi://{str(self.folder / 'socket').replace('/', '%2F')}"
        secure = [f"ldaps://127.0.0.1:{self.ldaps_port}"] if self.starttls else []
        self.launch([SLAPD, "-f", str(config), "-d", "0", "-h",
                     " ".join([f"ldap://127.0.0.1:{self.port}", self.socket, *secure])],
                    self.ldaps_port if secure else self.port)

    @property
    def url(self):
        return super().url if self.starttls else self.plain_url

    def add_people(self, names):
        """A person for each (uid, common name)."""
        self.tool("ldapadd", text="\n".join(
            f"dn: uid={uid},{self.people}\nobjectClass: inetOrgPerson\nuid: {uid}\nsn: {uid}\n"
            f"cn:: {base64.b64encode(name.encode()).decode()}\nmail: {uid}@face.example\n"
            f"employeeNumber: {number}\n" for number, (uid, name) in enumerate(names, 1)))

    def target(self, **changes):
        """The settings of a target."""
        return dict(kind="ldap", url=self.url, user=self.service, timeout_s=60,
                    ca_file=self.certificates.path("ca.pem"), password_env="FC_TEST_PASSWORD",
                    attribute="jpegPhoto", account_attribute="uid", id_attribute="employeeNumber",
                    name_attribute="cn") | changes


class ActiveDirectory(Server):
    """Samba's domain controller; `photos@face.example` may write thumbnailPhoto below OU=Staff,
    `reader@face.example` may not."""

    admin = "administrator@face.example"
    service = "photos@face.example"
    reader = "reader@face.example"
    people = "OU=Staff," + BASE
    port = 389
    ldaps_port = 636
    # Schema names of thumbnailPhoto and of users, by which a right is given to one attribute.
    PHOTO_RIGHT = ("(OA;CIIO;RPWP;8d3bca50-1d7e-11d0-a081-00aa006c33ed;"
                   "bf967aba-0de6-11d0-a285-00aa003049e2;{sid})")

    def __init__(self, folder, certificates):
        super().__init__(folder, certificates)
        folder.mkdir()
        options = [f"--option=xattr_tdb:file={folder}/xattr.tdb",
                   "--option=vfs objects = dfs_samba4 acl_xattr xattr_tdb"]
        self._samba_tool("domain", "provision", "--server-role=dc", "--dns-backend=NONE",
                         "--domain=FACE", "--realm=FACE.EXAMPLE", f"--adminpass={PASSWORD}",
                         "--host-name=dc1", f"--targetdir={folder}", *options)
        self.start()
        self._add_service_accounts()

    def _samba_tool(self, *arguments):
        done = subprocess.run(["samba-tool", *arguments], capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
        return done.stdout.decode()

    def start(self):
        services = "ldap kdc" if self.has_kerberos() else "ldap"
        options = {"server services": services, "interfaces": "lo", "bind interfaces only": "yes",
                   "log file": f"{self.folder}/samba.log", "pid directory": self.folder,
                   "ncalrpc dir": f"{self.folder}/ncalrpc", "lock directory": self.folder,
                   "winbindd socket directory": f"{self.folder}/winbind",
                   "tls certfile": self.certificates.path(self.tls_name + ".pem"),
                   "tls keyfile": self.certificates.path(self.tls_name + ".key"),
                   "tls cafile": self.certificates.path("ca.pem")}
        self.launch([SAMBA, "-s", f"{self.folder}/etc/smb.conf", "-i", "-M", "single",
                     "--debug-stdout",
                     *(f"--option={name}={value}" for name, value in options.items())],
                    self.ldaps_port)

    @staticmethod
    def has_kerberos():
        """Whether it gives tickets: port 88 is ours, and there is a program to ask for them."""
        return os.environ.get("FC_OWN_NETWORK") == "yes" and shutil.which("kinit") is not None

    def ticket(self, folder):
        """Variables with a ticket of the service account, and with a name for the server."""
        config = folder / "krb5.conf"
        config.write_text("[libdefaults]\ndefault_realm = FACE.EXAMPLE\nrdns = false\n"
                          "dns_lookup_kdc = false\ndns_canonicalize_hostname = false\n"
                          "[realms]\nFACE.EXAMPLE = {\n kdc = 127.0.0.1\n}\n")
        variables = {"KRB5_CONFIG": str(config), "KRB5CCNAME": str(folder / "tickets")}
        self._samba_tool("spn", "add", "ldap/127.0.0.1", "dc1$", "-H",
                         f"{self.folder}/private/sam.ldb")
        subprocess.run(["kinit", "photos@FACE.EXAMPLE"], input=SERVICE_PASSWORD.encode(), check=True,
                       capture_output=True, env=dict(os.environ, **variables))
        return variables

    def _add_service_accounts(self):
        password = base64.b64encode(f'"{SERVICE_PASSWORD}"'.encode("utf-16-le")).decode()
        self.tool("ldapadd", text=f"dn: {self.people}\nobjectClass: organizationalUnit\nou: Staff\n\n"
                  + "\n".join(f"dn: CN={name},CN=Users,{BASE}\nobjectClass: user\n"
                              f"sAMAccountName: {name}\nuserPrincipalName: {name}@face.example\n"
                              f"unicodePwd:: {password}\nuserAccountControl: 512\n"
                              for name in ("photos", "reader")))
        sid = self._samba_tool("user", "show", "photos", "--attributes=objectSid", "-H",
                               f"{self.folder}/private/sam.ldb").split("objectSid:")[1].split()[0]
        self._samba_tool("dsacl", "set", "-H", f"{self.folder}/private/sam.ldb",
                         f"--objectdn={self.people}", "--sddl", self.PHOTO_RIGHT.format(sid=sid))

    def add_people(self, names):
        """An account for each (sAMAccountName, display name)."""
        self.tool("ldapadd", text="\n".join(
            f"dn: CN={uid},{self.people}\nobjectClass: user\nsAMAccountName: {uid}\n"
            f"userPrincipalName: {uid}@face.example\nmail: {uid}@face.example\nemployeeID: {number}\n"
            f"displayName:: {base64.b64encode(name.encode()).decode()}\nuserAccountControl: 514\n"
            for number, (uid, name) in enumerate(names, 1)))

    def target(self, **changes):
        """The settings of a target."""
        return dict(kind="ldap", url=self.url, user=self.service, timeout_s=60,
                    ca_file=self.certificates.path("ca.pem"),
                    password_env="FC_TEST_PASSWORD") | changes


class Passage:
    """The way to a server that ends in the middle: once so many bytes went to it, `end` is called
    while the rest waits, and nobody passes any more."""

    def __init__(self, url, byte_count, end):
        parts = urllib.parse.urlsplit(url)
        self.server = (parts.hostname, parts.port or {"ldap": 389, "ldaps": 636}[parts.scheme])
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.url = parts._replace(netloc=f"{parts.hostname}:{port}").geturl()
        self.left = byte_count
        self.end = end
        self.lock = threading.Lock()
        self.ended = False

    def __enter__(self):
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                if self.ended:
                    client.close()
                    continue
                server = socket.create_connection(self.server)
                for source, sink, counts in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._carry, args=(source, sink, counts),
                                     daemon=True).start()

    def _spend(self, count):
        with self.lock:
            self.left -= count
            if self.left < 0 and not self.ended:
                self.ended = True
                self.end()
            return self.ended

    def _carry(self, source, sink, counts):
        with contextlib.suppress(OSError), source, sink:
            while data := source.recv(4096):
                if counts and self._spend(len(data)):
                    break
                sink.sendall(data)
