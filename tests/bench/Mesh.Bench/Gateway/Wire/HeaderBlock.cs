using System.Text;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>Header blocks that need no state: indexes of the static table and literals without indexing.</summary>
/// <remarks>Source: RFC 7541 §6 and appendix A.</remarks>
internal static class HeaderBlock
{
    /// <param name="scheme">http or https.</param>
    public static byte[] GrpcRequest(string scheme, string authority, string path)
    {
        var block = new List<byte> { 0x83, (byte)(scheme == "https" ? 0x87 : 0x86) };
        Add(block, [0x04], path);
        Add(block, [0x01], authority);
        AddContentType(block);
        Add(block, Name("te"), "trailers");
        return [.. block];
    }

    public static byte[] GrpcResponse()
    {
        var block = new List<byte> { 0x88 };
        AddContentType(block);
        return [.. block];
    }

    public static byte[] GrpcTrailers()
    {
        var block = new List<byte>();
        Add(block, Name("grpc-status"), "0");
        return [.. block];
    }

    /// <summary>Index 31 does not fit into the four bits of its first byte.</summary>
    private static void AddContentType(List<byte> block) => Add(block, [0x0f, 0x10], "application/grpc");

    private static byte[] Name(string name) => [0x00, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    private static void Add(List<byte> block, byte[] name, string value)
    {
        const int longest = 126;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, longest);
        block.AddRange(name);
        block.Add((byte)value.Length);
        block.AddRange(Encoding.ASCII.GetBytes(value));
    }
}
