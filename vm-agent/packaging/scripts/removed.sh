# After the files have gone. $action: remove (everything of the machine's stays for a new installation), erase (its identity
# goes, settings stay) or purge (nothing stays).
if [ "$action" != remove ]; then
    rm -rf /var/lib/mesh-agent /var/log/mesh-agent
    [ "$action" = erase ] || rm -rf /etc/mesh-agent /etc/systemd/system/mesh-agent.service.d
    if getent passwd mesh-agent >/dev/null && command -v userdel >/dev/null 2>&1; then userdel mesh-agent || true; fi
    if getent group mesh-agent >/dev/null && command -v groupdel >/dev/null 2>&1; then groupdel mesh-agent || true; fi
fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
