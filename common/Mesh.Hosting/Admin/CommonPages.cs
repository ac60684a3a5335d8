using Mesh.Hosting.Health;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Metrics;
using Microsoft.AspNetCore.Http;

namespace Mesh.Hosting.Admin;

/// <summary>The pages that every process of the mesh has.</summary>
public static class CommonPages
{
    public static AdminSite AddCommon(this AdminSite site, IReadiness readiness, IReadOnlyCollection<IMetricSource> metrics, LogLevels levels)
    {
        ArgumentNullException.ThrowIfNull(site);
        site.Add(HealthEndpoint.Path, "200 when ready, else 503 with what is missing", context => HealthEndpoint.AnswerAsync(context, readiness));
        site.Add("/ready", $"the same as {HealthEndpoint.Path}", context => HealthEndpoint.AnswerAsync(context, readiness));
        site.Add(MetricsEndpoint.Path, "all metrics for Prometheus", context => MetricsEndpoint.AnswerAsync(context, metrics));
        site.Add(
            "/logging", "what is logged; POST ?level=debug for everything, ?paths=CATEGORY:debug,... for some",
            context => AdminSite.TextAsync(context, StatusCodes.Status200OK, Describe(levels)),
            context => ChangeAsync(context, levels));
        return site;
    }

    /// <remarks>Source: Envoy, "Administration interface: /logging".</remarks>
    private static Task ChangeAsync(HttpContext context, LogLevels levels)
    {
        try
        {
            // Everything is read before anything is changed.
            List<Action> changes = [];
            foreach (var (name, values) in context.Request.Query)
            {
                foreach (var value in values)
                {
                    if (name == "level") changes.Insert(0, General(value ?? ""));
                    else if (name == "paths") changes.AddRange((value ?? "").Split(',').Select(Path));
                    else changes.Add(Prefix(name, value ?? ""));
                }
            }

            if (changes.Count == 0) throw new FormatException("nothing to change; write ?level=debug or ?paths=CATEGORY:debug");
            foreach (var change in changes) change();
            return AdminSite.TextAsync(context, StatusCodes.Status200OK, Describe(levels));
        }
        catch (FormatException error)
        {
            return AdminSite.TextAsync(context, StatusCodes.Status400BadRequest, error.Message + "\n");
        }

        Action General(string text)
        {
            var level = LoggingSetup.ParseLevel(text);
            return () => levels.Set(level);
        }

        Action Prefix(string prefix, string text)
        {
            var level = LoggingSetup.ParseLevel(text);
            return () => levels.Set(prefix, level);
        }

        Action Path(string text)
        {
            var parts = text.Split(':', 2);
            return parts is [{ Length: > 0 }, _]
                ? Prefix(parts[0], parts[1])
                : throw new FormatException($"'{text}' is not of the form CATEGORY:LEVEL");
        }
    }

    private static string Describe(LogLevels levels)
    {
        var (general, prefixes) = levels.Current;
        return "active loggers:\n"
            + string.Concat(prefixes.Select(pair => $"  {pair.Key}: {LoggingSetup.NameOf(pair.Value)}\n"))
            + $"  (all others): {LoggingSetup.NameOf(general)}\n";
    }
}
