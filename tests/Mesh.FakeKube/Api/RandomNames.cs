using System.Security.Cryptography;

namespace Mesh.FakeKube.Api;

/// <summary>What <c>generateName</c> ends in.</summary>
internal static class RandomNames
{
    /// <summary>Without vowels and look-alikes, as Kubernetes' names are.</summary>
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    public static string Suffix() => RandomNumberGenerator.GetString(Letters, 5);
}
