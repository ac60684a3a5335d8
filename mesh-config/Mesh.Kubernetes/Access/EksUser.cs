namespace Mesh.Kubernetes.Access;

/// <summary>
/// What a kubeconfig's exec user of EKS asks for: <c>aws eks get-token</c> and <c>aws-iam-authenticator token</c> make a token that
/// we make ourselves, without the program.
/// </summary>
/// <param name="Role">ARN of the role to assume; empty for none.</param>
internal sealed record EksUser(string Cluster, string Region, string Profile, string Role)
{
    /// <summary>Null for another program.</summary>
    public static EksUser? Recognise(KubeconfigExec exec)
    {
        var program = Path.GetFileNameWithoutExtension(exec.Command.Replace('\\', '/'));
        var options = Options(exec.Args);
        string Option(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (options.TryGetValue(name, out var value))
                    return value;
            return "";
        }

        var words = options.GetValueOrDefault("", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var region = Option("--region") is { Length: > 0 } given ? given : Variable(exec, "AWS_REGION") ?? Variable(exec, "AWS_DEFAULT_REGION") ?? "";
        var profile = Option("--profile") is { Length: > 0 } chosen ? chosen : Variable(exec, "AWS_PROFILE") ?? "";
        return program switch
        {
            "aws" when words is ["eks", "get-token", ..] && Option("--cluster-name", "--cluster-id") is { Length: > 0 } cluster =>
                new EksUser(cluster, region, profile, Option("--role-arn")),
            "aws-iam-authenticator" when words is ["token", ..] && Option("-i", "--cluster-id") is { Length: > 0 } cluster =>
                new EksUser(cluster, region, profile, Option("-r", "--role")),
            _ => null,
        };
    }

    private static string? Variable(KubeconfigExec exec, string name) =>
        exec.Env.LastOrDefault(variable => variable.Name == name)?.Value is { Length: > 0 } value ? value : null;

    /// <summary>Options with their values; under the empty name the words that are none, joined by spaces.</summary>
    private static Dictionary<string, string> Options(IReadOnlyList<string> args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var words = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            var equals = arg.IndexOf('=', StringComparison.Ordinal);
            if (!arg.StartsWith('-')) words.Add(arg);
            else if (equals > 0) options[arg[..equals]] = arg[(equals + 1)..];
            else if (i + 1 < args.Count && !args[i + 1].StartsWith('-')) options[arg] = args[++i];
        }

        options[""] = string.Join(' ', words);
        return options;
    }
}
