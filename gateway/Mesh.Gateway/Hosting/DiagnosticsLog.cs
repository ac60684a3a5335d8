using System.Collections.Immutable;
using Mesh.Config.Diagnostics;

namespace Mesh.Gateway.Hosting;

/// <summary>Logs each configuration finding when it appears and when it is gone, not with every snapshot.</summary>
internal sealed class DiagnosticsLog(ILogger log)
{
    private HashSet<Diagnostic> known = [];
    private ImmutableArray<Diagnostic> last = [];

    public void Update(ImmutableArray<Diagnostic> current)
    {
        // Snapshots between which no finding came or went share the list.
        if (current == last) return;
        last = current;
        var now = current.Where(diagnostic => diagnostic.Severity != Severity.Info).ToHashSet();
        foreach (var diagnostic in now.Where(diagnostic => !known.Contains(diagnostic)))
        {
            if (diagnostic.Severity == Severity.Error) log.ConfigurationError(diagnostic.ToString());
            else log.ConfigurationWarning(diagnostic.ToString());
        }

        foreach (var gone in known.Where(diagnostic => !now.Contains(diagnostic))) log.DiagnosticGone(gone.ToString());
        known = now;
    }
}
