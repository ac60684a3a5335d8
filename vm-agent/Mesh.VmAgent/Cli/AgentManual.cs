using System.Text;
using Mesh.Hosting.Settings;
using static Mesh.Hosting.Settings.SettingsManual;

namespace Mesh.VmAgent.Cli;

/// <summary>The manual page, <c>mesh-agent(8)</c>: its options are the declared ones, so it tells what this very program understands.</summary>
internal static class AgentManual
{
    private const string Files =
        """
        .TP
        .I /etc/mesh\-agent/agent.yaml
        Settings by their names, for what Istio has no word for.
        .TP
        .I /etc/mesh\-agent/mesh\-agent.env
        Environment of the service, such as
        .BR MESH_AGENT_BUNDLE=/etc/mesh\-agent/bundle .
        .TP
        .I /var/lib/istio/envoy/cluster.env\fR, \fI/etc/istio/config/mesh\fR, \fI/etc/certs/root\-cert.pem\fR, \fI/var/run/secrets/tokens/istio\-token
        The bundle, where Istio's package has it; read without
        .BR \-\-bundle .
        .TP
        .I /var/lib/mesh\-agent
        Key, certificate and roots; they survive a reboot.
        .TP
        .I /var/log/mesh\-agent
        A place for
        .BR \-\-access\-log .
        """;

    private const string Signals =
        """
        .TP
        .B SIGTERM\fR, \fBSIGINT
        Leave: not ready and out of the registry first, then requests in flight get
        .BR \-\-drain\-timeout .
        .TP
        .B SIGHUP
        Read the settings again. The log level is taken up and the access log is opened anew; what else has changed is named in the log and
        taken up by the next start. Settings that are wrong are refused, and the old ones stay.
        .TP
        .B SIGUSR2
        Hand over to a new process of the program that is installed by now: an upgrade, or settings of any kind, without closing a connection.
        """;

    private const string ExitStatus =
        """
        .TP
        .B 0
        Was asked to stop, and did; of a command: all is well.
        .TP
        .B 1
        Failed; of
        .BR check " and " status :
        something is wrong with the machine.
        .TP
        .B 64
        A wrong option, variable, file or value: nothing was started, and starting again would not help.
        """;

    private const string Examples =
        """
        Join with what \fBistioctl x workload entry configure\fR wrote:
        .PP
        .nf
        .RS
        mesh\-agent \-\-bundle /etc/mesh\-agent/bundle
        .RE
        .fi
        .PP
        Why is this machine not in the mesh?
        .PP
        .nf
        .RS
        mesh\-agent check
        .RE
        .fi
        """;

    public static string Write()
    {
        var commands = AgentCommand.All();
        var page = new StringBuilder();
        page.Append(".TH MESH\\-AGENT 8 \"\" \"mesh\\-agent ").Append(Escape(SettingsReader.ProgramVersion())).Append("\" \"System Administration\"\n");
        Section(page, "NAME", "mesh\\-agent \\- joins this machine to an Istio mesh");
        Section(page, "SYNOPSIS", $"{Bold("mesh-agent")} [\\fIOPTION\\fR]...\n.br\n" + string.Join("\n.br\n", commands.Skip(1).Select(
            command => $"{Bold($"mesh-agent {command.Name}")} [\\fIOPTION\\fR]...")));
        Section(page, "DESCRIPTION", Escape(
            "Gives a machine an identity of the mesh, registers it, probes the health of its application and carries its traffic in and out\n"
            + "over mutual TLS. An option wins over its environment variable, that over the --config file, that over agent.yaml and the files of\n"
            + "Istio's bundle, those over the default."));
        Section(page, "OPTIONS", Options(commands[0].Definition).TrimEnd());
        page.Append(".SH COMMANDS\n");
        foreach (var command in commands.Skip(1))
        {
            page.Append(".SS ").Append(Escape(command.Name)).Append('\n').Append(Escape(command.Definition.Summary)).Append('\n');
            // check has all of the agent's options, which are above.
            page.Append(command.Name == "check" ? "Takes the options of the agent, and \\fB\\-\\-output table\\fR|\\fBjson\\fR.\n" : Options(command.Definition));
        }

        page.Append(".SS manual\nPrint this page, for \\fBman \\-l \\-\\fR.\n");
        page.Append(".SS completion \\fIbash\\fR|\\fIzsh\nPrint what completes the command line in that shell.\n");
        Section(page, "FILES", Files);
        Section(page, "SIGNALS", Signals);
        Section(page, "EXIT STATUS", ExitStatus);
        Section(page, "EXAMPLES", Examples);
        Section(page, "SEE ALSO", ".BR systemctl (1),\n.I /usr/share/doc/mesh\\-agent/README.md");
        return page.ToString();
    }

    private static void Section(StringBuilder page, string title, string text) => page.Append(".SH ").Append(title).Append('\n').Append(text).Append('\n');
}
