# Before the files go: the agent leaves the mesh in order.
if [ -d /run/systemd/system ]; then
    systemctl disable --now mesh-agent.service >/dev/null 2>&1 || systemctl stop mesh-agent.service || true
fi
rm -f /etc/systemd/system/multi-user.target.wants/mesh-agent.service
