# After the files are there. $action: first or upgrade. May be run again at any time.
if command -v systemd-sysusers >/dev/null 2>&1; then
    systemd-sysusers mesh-agent.conf
elif ! getent passwd mesh-agent >/dev/null; then
    useradd --system --user-group --home-dir /var/lib/mesh-agent --no-create-home --shell /usr/sbin/nologin \
        --comment "Agent of the mesh" mesh-agent
fi
install -d -m 0700 -o mesh-agent -g mesh-agent /var/lib/mesh-agent
install -d -m 0750 -o mesh-agent -g mesh-agent /var/log/mesh-agent
# Tokens may lie there: for the agent and root only.
chown root:mesh-agent /etc/mesh-agent
chmod 0750 /etc/mesh-agent
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    # Nothing is enabled or started by an installation: a machine joins when somebody says so. One that runs goes on with the
    # new program: it takes over the open ports, and what is connected stays connected.
    if [ "$action" = upgrade ] && systemctl is-active --quiet mesh-agent.service; then
        systemctl kill --kill-who=main --signal=USR2 mesh-agent.service || systemctl try-restart mesh-agent.service || true
    fi
fi
if [ "$action" = first ] && [ ! -e /etc/mesh-agent/agent.yaml ] && [ ! -e /etc/mesh-agent/mesh-agent.env ]; then
    echo "mesh-agent: installed; to join: put the bundle into /etc/mesh-agent/bundle and its path into /etc/mesh-agent/mesh-agent.env"
    echo "mesh-agent: (examples in /usr/share/doc/mesh-agent), then: systemctl enable --now mesh-agent"
fi
