using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Tests.Bootstrap;

/// <summary>Which pages an agent may give up without losing what was written to them.</summary>
public sealed class StartupMemoryTests
{
    private const string Program = "/usr/bin/mesh-agent";

    [Fact]
    public void Only_pages_of_the_program_that_are_as_they_are_in_the_file_are_given_back()
    {
        string[] smaps =
        [
            .. Mapping("00400000-00500000 r--p 00000000 fe:00 42", Program),
            .. Mapping("00500000-00700000 r-xp 00100000 fe:00 42", Program),
            .. Mapping("00700000-00701000 r--p 00300000 fe:00 42", Program, "Private_Dirty:         4 kB"),
            .. Mapping("00701000-00702000 r--p 00301000 fe:00 42", Program, "Swap:                  4 kB"),
            .. Mapping("00702000-00703000 rw-p 00302000 fe:00 42", Program),
            .. Mapping("00800000-00900000 r-xp 00000000 fe:00 43", "/usr/lib/libssl.so.3"),
            .. Mapping("00900000-00a00000 rw-p 00000000 00:00 0", ""),
        ];

        Assert.Equal([(0x400000, 0x100000), (0x500000, 0x200000)], StartupMemory.UnchangedPages(smaps, Program).Select(one => ((int)one.Start, (int)one.Length)));
    }

    [Fact]
    public void A_program_that_was_replaced_while_it_runs_keeps_its_pages() =>
        Assert.Empty(StartupMemory.UnchangedPages(Mapping("00500000-00700000 r-xp 00100000 fe:00 42", Program + " (deleted)"), Program));

    private static string[] Mapping(string range, string file, string more = "Swap:                  0 kB") =>
    [
        $"{range}                    {file}", "Size:               1024 kB", "Rss:                1024 kB", "Shared_Clean:          0 kB",
        "Shared_Dirty:          0 kB", "Private_Clean:      1024 kB", "Private_Dirty:         0 kB", "Anonymous:             0 kB", more, "VmFlags: rd ex mr mw me",
    ];
}
