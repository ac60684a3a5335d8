using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Bench.Agents;

/// <summary>
/// When a proxy last began a connection to a machine's agent, whatever became of it: seen on the wire, so that neither side has a say. Repeated
/// attempts of the kernel do not count. Needs a network namespace of the bench's own.
/// </summary>
internal sealed class RoutedWatch : IDisposable
{
    /// <summary>ETH_P_IP in network order, as packet(7) wants it.</summary>
    private const ProtocolType Ipv4Packets = (ProtocolType)0x0008;

    private const int TcpProtocol = 6;
    private const int Syn = 0x02;
    private const int Ack = 0x10;

    private readonly Socket socket = new(AddressFamily.Packet, SocketType.Dgram, Ipv4Packets) { ReceiveBufferSize = 8 << 20, ReceiveTimeout = 100 };
    private readonly ConcurrentDictionary<string, long> last = new();
    private readonly HashSet<(uint Address, ushort Port, uint Sequence)> seen = [];
    private readonly Thread reading;
    private volatile bool over;

    public RoutedWatch()
    {
        reading = new Thread(Read) { IsBackground = true, Name = "routed" };
        reading.Start();
    }

    /// <summary>Timestamp of <see cref="Stopwatch"/>; 0: never.</summary>
    public long Last(string address) => last.GetValueOrDefault(address);

    public void Dispose()
    {
        over = true;
        reading.Join();
        socket.Dispose();
    }

    private void Read()
    {
        var packet = new byte[128];
        while (!over)
        {
            try
            {
                // What is longer than the buffer is cut off: headers are all that is looked at.
                var length = socket.Receive(packet, SocketFlags.Truncated);
                Look(packet.AsSpan(0, Math.Min(length, packet.Length)));
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.MessageSize)
            {
                // Nothing came.
            }
        }
    }

    private void Look(ReadOnlySpan<byte> packet)
    {
        var header = (packet[0] & 0x0f) * 4;
        if (packet[9] != TcpProtocol || packet.Length < header + 14) return;
        var tcp = packet[header..];
        if (BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]) != RigResources.InboundPort || (tcp[13] & (Syn | Ack)) != Syn) return;
        var source = (BinaryPrimitives.ReadUInt32BigEndian(packet[12..]), BinaryPrimitives.ReadUInt16BigEndian(tcp), BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]));
        // On loopback every packet is seen twice, leaving and coming; a repeated one has its sequence number, too.
        if (!seen.Add(source)) return;
        last[new IPAddress(packet.Slice(16, 4)).ToString()] = Stopwatch.GetTimestamp();
    }
}
