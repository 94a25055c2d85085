# Run inside a clean Debian by `cargo xtask dist check`.
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/tmp/user
rm -rf "$HOME"
mkdir -p "$HOME"
apt-get update -qq
# What only the trying needs comes first, so that what the packages bring is told apart.
apt-get install -y -qq --no-install-recommends man-db xvfb xauth dbus dbus-x11 x11-utils imagemagick libglib2.0-bin shared-mime-info desktop-file-utils procps > /dev/null
rm -f /etc/dpkg/dpkg.cfg.d/docker /etc/dpkg/dpkg.cfg.d/excludes

echo "- the command alone"
apt-get install -y -qq --no-install-recommends /packages/plumbline_*.deb > /dev/null
if ldd /usr/bin/plumbline | grep -q gtk; then echo "the command links a graphical library"; exit 1; fi
plumbline --version
plumbline demo > /dev/null
plumbline assess | head -n 5
plumbline audit verify
man -w plumbline plumbline-assess > /dev/null
MANWIDTH=80 man --warnings plumbline 2>&1 > /dev/null | head -n 3
bash -n /usr/share/bash-completion/completions/plumbline

echo "- the window"
apt-get install -y -qq --no-install-recommends /packages/plumbline-desktop_*.deb > /dev/null
plumbline-desktop --version
desktop-file-validate /usr/share/applications/plumbline-desktop.desktop
man -w plumbline-desktop > /dev/null
kind() { gio info -a standard::content-type "$1" | sed -n 's/.*content-type: //p'; }
plumbline assess --evidence-out /tmp/user/works.evidence.json > /dev/null
cp /tmp/user/works.evidence.json /tmp/user/works
printf '\211PLFB\r\n\032' > /tmp/user/feeds.plb
printf '{}' > /tmp/user/other.json
for pair in works.evidence.json=application/vnd.plumbline.evidence+json works=application/vnd.plumbline.evidence+json feeds.plb=application/vnd.plumbline.bundle other.json=application/json; do
  found=$(kind "/tmp/user/${pair%%=*}")
  if [ "$found" != "${pair#*=}" ]; then echo "${pair%%=*} is taken for $found"; exit 1; fi
done
for what in evidence+json bundle handover+zip; do
  gio mime "application/vnd.plumbline.$what" | grep -q plumbline-desktop.desktop || { echo "nothing opens $what"; exit 1; }
done
cat > /tmp/user/open.sh <<'INNER'
plumbline-desktop & window=$!
colours=0
for _ in $(seq 60); do
  sleep 1
  kill -0 $window
  import -window root /packages/window.png 2> /dev/null || continue
  colours=$(identify -format %k /packages/window.png)
  if [ "$colours" -gt 200 ]; then sleep 2; import -window root /packages/window.png; kill $window; exit 0; fi
done
echo "the window stays blank ($colours colours)"
exit 1
INNER
xvfb-run -a -s "-screen 0 1366x900x24" dbus-run-session -- sh -eu /tmp/user/open.sh

echo "- removing"
apt-get purge -y -qq --autoremove plumbline plumbline-desktop > /dev/null
left=$(find /usr /etc /var/lib/dpkg/info -iname '*plumbline*' | head)
if [ -n "$left" ]; then echo "left behind: $left"; exit 1; fi
echo "- nothing is left"
