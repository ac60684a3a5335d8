namespace Mesh.Tests.Shared.RealKube;

/// <summary>
/// Scripts in the place of etcd and kube-apiserver that take the same options and write down what they were told; the second serves the fake
/// where it is told to.
/// </summary>
internal static class StubAssets
{
    /// <param name="fake">Path of mesh-fake-kube.</param>
    /// <returns>The folder to start them from; what they were told is in <c>NAME.arguments</c>.</returns>
    public static string Create(string folder, string fake)
    {
        var assets = Directory.CreateDirectory(Path.Combine(folder, "assets")).FullName;
        Script(assets, "etcd", """
            echo "$@" >"$(dirname "$0")/etcd.arguments"
            exec sleep 600
            """);
        Script(assets, "kube-apiserver", $"""
            echo "$@" >"$(dirname "$0")/kube-apiserver.arguments"
            while [ $# -gt 1 ]; do
              case $1 in
                --secure-port) port=$2 ;;
                --bind-address) address=$2 ;;
                --token-auth-file) token=$(cut -d, -f1 "$2") ;;
              esac
              shift
            done
            exec '{fake}' --listen "$address:$port" --token "$token"
            """);
        return assets;
    }

    public static void Script(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text.ReplaceLineEndings("\n") + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
