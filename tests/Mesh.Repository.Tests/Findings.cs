using Xunit;

namespace Mesh.Repository.Tests;

internal static class Findings
{
    /// <summary>Fails with all of them, one a line, because they are put right together.</summary>
    public static void None(IEnumerable<string> findings)
    {
        var list = findings.ToList();
        if (list.Count > 0) Assert.Fail($"{list.Count} finding(s):\n{string.Join('\n', list)}");
    }
}
